// Too many wrong passwords, in Chromium.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { inspect, signIn, startBrowser } from '../harness/browser.mjs';
import { addAda, addWebClient } from '../harness/people.mjs';
import { authorization } from '../harness/request.mjs';
import { startServer } from '../harness/server.mjs';

let browser, server, ada, client;
const callback = 'https://app.example.test/callback';

before(async () => {
  const limits = { 'rate_limits.sign_in.per_account': '2/15m' };
  [browser, server] = await Promise.all([startBrowser(), startServer(limits)]);
  ada = await addAda(server);
  client = await addWebClient(server, [callback]);
});

after(() => Promise.all([browser?.stop(), server?.stop()]));

test('after the permitted failures the right password is refused too, with the time to come back', async () => {
  const { tab, trouble, close } = await browser.open();
  await tab.goto(authorization(server.issuer, client, callback).url);
  const statuses = [];
  tab.on('response', (response) => {
    if (response.request().method() === 'POST') statuses.push(response);
  });
  for (const password of ['wrong', 'wrong again', ada.password]) {
    await signIn(tab, ada, password);
    await tab.locator('[role=alert]').waitFor();
  }
  assert.deepEqual(statuses.map((response) => response.status()), [422, 422, 429]);
  assert.ok(Number(statuses[2].headers()['retry-after']) > 0);
  assert.equal(await tab.inputValue('#login-username'), ada.username);
  await inspect(tab, 'sign-in-throttled');
  assert.deepEqual(trouble, []);
  await close();
});

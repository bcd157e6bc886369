// The demo from an empty folder, in Chromium: sign in, call the API, refresh, replay, sign out.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { inspect, picture, signIn, startBrowser } from '../harness/browser.mjs';
import { freePort, program, scratchFolder } from '../harness/server.mjs';

let browser, demo, scratch, facts;

before(async () => {
  [browser, scratch] = await Promise.all([startBrowser(), scratchFolder()]);
  const words = ['demo', '--json', '--port', String(await freePort(2)), '--dir', scratch.folder];
  demo = spawn(program, words, { cwd: scratch.folder, stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: demo.stdout })) {
    facts = JSON.parse(line);
    break;
  }
});

after(async () => {
  const ended = demo && new Promise((resolve) => demo.on('exit', resolve));
  demo?.kill('SIGINT');
  await Promise.all([browser?.stop(), ended]);
  await scratch?.remove();
});

const claims = async (tab, id) => JSON.parse(await tab.textContent(id));

test('the demo shows every part of the walk', async () => {
  const { tab, trouble, close } = await browser.open();
  await tab.goto(facts.app);
  await inspect(tab, 'demo-start');
  await tab.click('#sign-in');
  await signIn(tab, facts);
  await tab.click('#consent-allow');
  await tab.locator('#access-token').waitFor();
  await inspect(tab, 'demo-signed-in');
  const [id, access] = [await claims(tab, '#id-token'), await claims(tab, '#access-token')];
  assert.equal(id.iss, facts.issuer);
  assert.equal(access.iss, facts.issuer);

  await tab.click('#call-api');
  await tab.getByText(/200/).first().waitFor();
  await picture(tab, 'demo-api');
  await tab.click('#refresh');
  await tab.locator('#access-token').waitFor();
  const renewed = await claims(tab, '#access-token');
  assert.notEqual(renewed.jti, access.jti);
  assert.equal(renewed.gid, access.gid);
  await tab.click('#replay-refresh');
  await tab.getByText(/invalid_grant/).first().waitFor();
  await picture(tab, 'demo-replay');
  await tab.click('#sign-out');
  await tab.locator('#sign-in').waitFor();
  assert.deepEqual(trouble, []);
  await close();
});

test('the demo API refuses a call without a token', async () => {
  const answer = await fetch(`${facts.api}/orders`);
  assert.equal(answer.status, 401);
  assert.match(answer.headers.get('www-authenticate') ?? '', /^Bearer/);
});

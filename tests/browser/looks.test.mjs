// Every page that people can reach, inspected by axe in light and dark, on a desk and on a phone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { inspect, renderings, signIn, startBrowser } from '../harness/browser.mjs';
import { addAda, addOrdersApi, addWebClient } from '../harness/people.mjs';
import { authorization } from '../harness/request.mjs';
import { startServer } from '../harness/server.mjs';

let browser, server, ada, client;
const callback = 'https://app.example.test/callback';

before(async () => {
  [browser, server] = await Promise.all([startBrowser(), startServer({ 'rate_limits.enabled': false })]);
  ada = await addAda(server);
  await addOrdersApi(server);
  client = await addWebClient(server, [callback], ['--scope', 'orders:read']);
  await server.cli(['user', 'create', '--username', 'grace', '--email', 'grace@example.test', '--password-stdin'], ada.password);
  await server.cli(['user', 'disable', 'grace']);
});

after(() => Promise.all([browser?.stop(), server?.stop()]));

const everything = { scope: 'openid profile email offline_access orders:read', prompt: 'consent' };
const start = (tab, more = {}) => tab.goto(authorization(server.issuer, client, callback, more).url);

/** How each page is reached. */
const pages = {
  'sign-in': (tab) => start(tab),
  'sign-in-refused': async (tab) => {
    await start(tab);
    await signIn(tab, ada, 'not the password');
    await tab.locator('[role=alert]').waitFor();
  },
  'sign-in-again': async (tab) => {
    await start(tab);
    await signIn(tab, ada);
    await tab.locator('#consent-form').waitFor();
    await start(tab, { prompt: 'login' });
  },
  consent: async (tab) => {
    await start(tab, everything);
    await signIn(tab, ada);
    await tab.locator('#consent-form').waitFor();
  },
  'select-account': async (tab) => {
    await start(tab);
    await signIn(tab, ada);
    await tab.locator('#consent-form').waitFor();
    await start(tab, { prompt: 'select_account' });
  },
  suspended: async (tab) => {
    await start(tab);
    await signIn(tab, { username: 'grace' }, ada.password);
    await tab.locator('#suspended-title').waitFor();
  },
  invitation: (tab) => tab.goto(`${server.issuer}/invitation`),
  'invitation-in-german': (tab) => tab.goto(`${server.issuer}/invitation?ui_locales=de`),
  'invitation-accepted': (tab) => tab.goto(`${server.issuer}/invitation/accepted`),
  'error-redirect-uri': async (tab) => {
    const page = await tab.goto(authorization(server.issuer, client, 'https://evil.example.test/').url);
    assert.equal(page.status(), 400);
    assert.match(await tab.textContent('#error-reason'), /redirect_uri is not registered/);
    assert.ok(!(await tab.content()).includes('href="https://evil.example.test'), 'no link to the untrusted address');
  },
  'error-client': async (tab) => {
    const page = await tab.goto(authorization(server.issuer, { client_id: 'nobody' }, callback).url);
    assert.equal(page.status(), 400);
    assert.match(await tab.textContent('#error-reason'), /client_id is unknown/);
  },
  'error-interaction': (tab) => tab.goto(`${server.issuer}/interaction/00000000000000000000000000000000`),
  'error-not-found': (tab) => tab.goto(`${server.issuer}/nothing-here`),
};

for (const [name, reach] of Object.entries(pages)) {
  for (const { name: rendering, options } of renderings) {
    test(`${name} is clean in ${rendering}`, async () => {
      const { tab, trouble, close } = await browser.open(options);
      await reach(tab);
      await inspect(tab, `${name}-${rendering}`);
      assert.deepEqual(trouble, []);
      await close();
    });
  }
}

test('the sign-in page is small and shields itself', async () => {
  const { tab, close } = await browser.open();
  const answers = [];
  tab.on('response', (response) => answers.push(response));
  await start(tab);
  await tab.waitForLoadState('networkidle');
  const sizes = await Promise.all(answers.map(async (response) => (await response.request().sizes()).responseBodySize));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  assert.ok(total <= 15 * 1024, `${total} bytes over the wire`);
  const page = answers.find((response) => response.url() === tab.url());
  const headers = page.headers();
  const policy = headers['content-security-policy'];
  assert.match(policy, /default-src 'none'/);
  assert.match(policy, /frame-ancestors 'none'/);
  assert.doesNotMatch(policy, /unsafe|form-action/);
  assert.equal(headers['cross-origin-opener-policy'], undefined);
  assert.equal(headers['cache-control'], 'no-store');
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.equal(headers['referrer-policy'], 'same-origin');
  await close();
});

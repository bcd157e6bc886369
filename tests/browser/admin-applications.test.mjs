// Applications and APIs in the administration: by keyboard, without script, and looked at by axe in every state.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { inspect, renderings, startBrowser } from '../harness/browser.mjs';
import { press, type } from '../harness/keyboard.mjs';
import { addOrdersApi } from '../harness/people.mjs';
import { startServer } from '../harness/server.mjs';

const password = 'copper lantern forty two';
let browser, server, shop, service, closed;

before(async () => {
  [browser, server] = await Promise.all([startBrowser(), startServer({ 'rate_limits.enabled': false, 'registration.dynamic': 'token' })]);
  await server.cli(['admin', 'create', '--username', 'grace', '--email', 'grace@example.test', '--password-stdin'], password);
  await addOrdersApi(server);
  shop = await server.cli([
    'client', 'create', '--name', 'Storefront', '--type', 'web', '--redirect-uri', 'https://shop.example.test/callback',
    '--scope', 'openid', '--scope', 'orders:read',
  ]);
  service = await server.cli(['client', 'create', '--name', 'Nightly export', '--type', 'service', '--scope', 'orders:read']);
  await server.cli(['client', 'create', '--name', 'Field tablet', '--type', 'native', '--redirect-uri', 'http://127.0.0.1/cb']);
  closed = await server.cli(['client', 'create', '--name', 'Closed shop', '--type', 'service', '--scope', 'orders:read']);
  await server.cli(['client', 'disable', closed.client_id]);
  // Something to see under activity.
  const wrong = new URLSearchParams({ client_id: shop.client_id, response_type: 'code', redirect_uri: 'https://shop.example.test/other' });
  await fetch(`${server.issuer}/authorize?${wrong}`);
  const authorization = `Basic ${btoa(`${service.client_id}:${service.client_secret}`)}`;
  const body = new URLSearchParams({ grant_type: 'client_credentials' });
  assert.equal((await fetch(`${server.issuer}/token`, { method: 'POST', headers: { authorization }, body })).status, 200);
});

after(() => Promise.all([browser?.stop(), server?.stop()]));

async function enter(options = {}) {
  const opened = await browser.open(options);
  await opened.tab.goto(`${server.issuer}/admin/sign-in`);
  await opened.tab.fill('#admin-username', 'grace');
  await opened.tab.fill('#admin-password', password);
  await opened.tab.click('#admin-login-submit');
  await opened.tab.waitForURL(`${server.issuer}/admin`);
  return opened;
}

const open = (tab, path) => tab.goto(`${server.issuer}/admin${path}`);

/** Presses Tab until the element has the focus. */
async function tabTo(tab, selector) {
  for (let presses = 0; presses < 80; presses += 1) {
    if (await tab.locator(selector).evaluate((element) => element === document.activeElement)) return;
    await tab.keyboard.press('Tab');
  }
  assert.fail(`${selector} cannot be reached by Tab`);
}

test('an application is registered with the keyboard alone', async () => {
  const { tab, trouble, close } = await enter();
  await open(tab, '/applications');
  await tabTo(tab, '#application-new');
  await tab.keyboard.press('Enter');
  await tab.waitForURL('**/applications/new');
  await tabTo(tab, '#preset-spa');
  await tab.keyboard.press('ArrowDown');
  assert.ok(await tab.isChecked('#preset-web'));
  await tabTo(tab, '#wizard-next');
  await tab.keyboard.press('Enter');
  await tab.waitForURL('**/addresses?**');
  // A mistake first: the summary has the focus, and leads to the field.
  await tabTo(tab, '#name');
  await tab.keyboard.type('Keyboard shop');
  await tabTo(tab, '#redirect_uris');
  await tab.keyboard.type('http://shop.example.test/callback');
  await tabTo(tab, '#wizard-review');
  await tab.keyboard.press('Enter');
  await tab.locator('#form-errors').waitFor();
  assert.ok(await tab.locator('#form-errors').evaluate((element) => element === document.activeElement));
  assert.match(await tab.textContent('#redirect_uris-error'), /use https/);
  await tab.keyboard.press('Tab');
  await tab.keyboard.press('Enter');
  assert.ok(await tab.locator('#redirect_uris').evaluate((element) => element === document.activeElement || location.hash === '#redirect_uris'));
  await tabTo(tab, '#redirect_uris');
  await tab.keyboard.press('Control+A');
  await tab.keyboard.type('https://shop.example.test/callback');
  await tabTo(tab, '#wizard-review');
  await tab.keyboard.press('Enter');
  await tab.locator('#wizard-sentences').waitFor();
  assert.match(await tab.textContent('#wizard-sentences'), /Keyboard shop may ask people to sign in here\..*It must use PKCE/s);
  await tabTo(tab, '#wizard-register');
  await tab.keyboard.press('Enter');
  await tab.locator('#made-secret').waitFor();
  assert.match(await tab.textContent('#made-secret'), /^vcs_/);
  await tabTo(tab, '#made-stored');
  await tab.keyboard.press('Enter');
  await tab.waitForURL('**/applications/*');
  assert.equal(await tab.textContent('h1'), 'Keyboard shop');
  assert.deepEqual(trouble, []);
  await close();
});

test('everything works without script', async () => {
  const { tab, close } = await enter({ javaScriptEnabled: false });
  await open(tab, '/applications/new');
  await tab.click('label[for=preset-catalogue]');
  await tab.selectOption('#app', 'grafana');
  await tab.click('#wizard-next');
  await tab.fill('#url', 'https://grafana.example.test');
  await tab.click('#wizard-review');
  await tab.click('#wizard-back');
  assert.equal(await tab.inputValue('#url'), 'https://grafana.example.test');
  await tab.click('#wizard-review');
  await tab.click('#wizard-register');
  const secret = await tab.textContent('#made-secret');
  assert.ok((await tab.content()).includes(`client_secret = ${secret}`));
  assert.equal(await tab.locator('[data-copy]:visible').count(), 0, 'buttons that need script are not there');
  await tab.click('#made-stored');
  await tab.click('text=Settings >> nth=-1');
  await tab.goto(`${tab.url().replace(/\/settings.*|\?.*/, '')}/secrets`);
  await tab.click('#secret-add');
  assert.match(await tab.textContent('#made-secret'), /^vcs_/);
  await tab.click('#made-stored');
  assert.equal(await tab.locator('#secrets-table tbody tr').count(), 2);
  await tab.locator('#secrets-table button').last().click();
  assert.match(await tab.textContent('[role=status]'), /The secret has ended/);
  assert.equal(await tab.locator('#secrets-table tbody tr').count(), 1);
  await close();
});

/** Makes an initial access token, and stays where it is shown. */
async function makesToken(tab, name = 'Partner portal') {
  await open(tab, '/registration/new');
  await tab.fill('#name', name);
  await tab.fill('#uses', '2');
  await tab.selectOption('#lasts', '7d');
  await tab.click('#initial-token-make');
  return tab.textContent('#made-token');
}

const register = (token, over = {}) => fetch(`${server.issuer}/register`, {
  method: 'POST',
  headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  body: JSON.stringify({ client_name: 'Tideline', redirect_uris: ['https://tideline.example.test/callback'], ...over }),
});

/** Opens a page of an application that says much about itself. */
async function opensDeclared(tab, part = '') {
  const { initial_access_token } = await server.cli(['client', 'initial-token']);
  const answer = await register(initial_access_token, {
    client_name: 'Spoken for',
    token_endpoint_auth_method: 'private_key_jwt',
    jwks_uri: 'https://1.1.1.1/a/rather/long/path/to/where/the/keys/are/published/jwks.json',
    policy_uri: 'https://tideline.example.test/privacy',
    tos_uri: 'https://tideline.example.test/terms',
    contacts: ['ops@tideline.example.test', 'security@tideline.example.test'],
    software_id: '4NRB1-0XZABZI9E6-5SM3R',
  });
  assert.equal(answer.status, 201);
  await open(tab, `/applications/${(await answer.json()).client_id}${part}`);
}

for (const script of [true, false]) {
  test(`others register with a token until it is revoked, ${script ? 'with' : 'without'} script`, async () => {
    const { tab, trouble, close } = await enter({ javaScriptEnabled: script });
    await open(tab, '/applications');
    await tab.click('#registration');
    await tab.click('#initial-token-new');
    await tab.fill('#uses', 'two');
    await tab.click('#initial-token-make');
    assert.match(await tab.textContent('#uses-error'), /a number from 1 to 10000/);
    const token = await makesToken(tab, `Portal ${script}`);
    assert.match(token, /^viat_/);
    assert.equal(await tab.locator('[data-copy]:visible').count() > 0, script);
    assert.ok((await tab.textContent('#made-curl')).includes(token));
    assert.equal((await register(token)).status, 201);
    await tab.click('#made-stored');
    const row = tab.locator('#initial-tokens tr', { hasText: `Portal ${script}` });
    assert.match(await row.textContent(), /by grace.*1.*Counts/s);
    assert.ok(!(await tab.content()).includes(token), 'it was shown once');
    await row.locator('button').click();
    assert.match(await tab.textContent('[role=status]'), /is revoked/);
    assert.equal(await row.count(), 0);
    assert.equal((await register(token)).status, 401);
    assert.deepEqual(trouble, []);
    await close();
  });
}

test('a token is made and revoked with the keyboard alone', async () => {
  const { tab, close } = await enter();
  await open(tab, '/registration');
  await press(tab, 'initial-token-new');
  await type(tab, 'name', 'Keyboard portal');
  await press(tab, 'initial-token-make');
  assert.match(await tab.textContent('#made-token'), /^viat_/);
  await press(tab, 'made-stored');
  for (let presses = 0; presses < 80; presses += 1) {
    const label = await tab.evaluate(() => document.activeElement?.getAttribute('aria-label'));
    if (label === 'Revoke the initial access token Keyboard portal') break;
    await tab.keyboard.press('Tab');
  }
  await tab.keyboard.press('Enter');
  await tab.locator('[role=status]', { hasText: 'is revoked' }).waitFor();
  await close();
});

test('a text is copied by its button', async () => {
  const { tab, context, trouble, close } = await enter();
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await open(tab, `/applications/${shop.client_id}`);
  await tab.click('[data-copy=client-id]');
  await tab.locator('[data-copy=client-id]', { hasText: 'Copied' }).waitFor();
  assert.equal(await tab.evaluate(() => navigator.clipboard.readText()), shop.client_id);
  assert.deepEqual(trouble, []);
  await close();
});

const api = (part = '') => `/apis/~${Buffer.from('https://orders.example.test').toString('base64url')}${part}`;

/** How each page is reached. */
const pages = {
  list: (tab) => open(tab, '/applications'),
  'list-nothing-found': (tab) => open(tab, '/applications?q=zzz'),
  'wizard-kind': (tab) => open(tab, '/applications/new'),
  'wizard-addresses': (tab) => open(tab, '/applications/new/addresses?preset=web'),
  'wizard-service': (tab) => open(tab, '/applications/new/addresses?preset=service'),
  'wizard-catalogue': (tab) => open(tab, '/applications/new/addresses?preset=catalogue&app=grafana'),
  'wizard-errors': async (tab) => {
    await open(tab, '/applications/new/addresses?preset=web');
    await tab.fill('#redirect_uris', 'https://shop.example.test/*\nhttp://shop.example.test/');
    // The browser would not send it without a name: what the server says of it is seen without that.
    await tab.evaluate(() => document.querySelector('#wizard-addresses').submit());
    await tab.locator('#form-errors').waitFor();
  },
  'wizard-review': async (tab) => {
    await open(tab, '/applications/new/addresses?preset=web');
    await tab.fill('#name', 'A shop with a name that is rather long for a phone');
    await tab.fill('#redirect_uris', 'https://a-long-name-of-a-host.shop.example.test/path/to/the/callback');
    await tab.click('#wizard-review');
    await tab.locator('#wizard-sentences').waitFor();
  },
  made: async (tab) => {
    await pages['wizard-review'](tab);
    await tab.click('#wizard-register');
    await tab.locator('#made-secret').waitFor();
  },
  show: (tab) => open(tab, `/applications/${shop.client_id}`),
  'show-disabled': async (tab) => {
    await open(tab, `/applications/${closed.client_id}`);
    await tab.locator('#application-enable').waitFor();
  },
  'show-declared': async (tab) => {
    await opensDeclared(tab);
    await tab.locator('#application-declared').waitFor();
  },
  settings: (tab) => open(tab, `/applications/${shop.client_id}/settings`),
  'settings-errors': async (tab) => {
    await open(tab, `/applications/${shop.client_id}/settings`);
    await tab.fill('#name', '');
    await tab.fill('#redirect_uris', 'ftp://shop.example.test');
    await tab.evaluate(() => document.querySelector('#settings-form').submit());
    await tab.locator('#form-errors').waitFor();
  },
  secrets: (tab) => open(tab, `/applications/${service.client_id}/secrets`),
  'secret-made': async (tab) => {
    const { client_id } = await server.cli(['client', 'create', '--name', 'Robot', '--type', 'service', '--scope', 'orders:read']);
    await open(tab, `/applications/${client_id}/secrets`);
    await tab.click('#secret-add');
    await tab.locator('#made-secret').waitFor();
  },
  'secrets-two': async (tab) => {
    await pages['secret-made'](tab);
    await tab.click('#made-stored');
    await tab.locator('#secrets-table').waitFor();
  },
  'secrets-published': async (tab) => {
    await opensDeclared(tab, '/secrets');
    await tab.locator('#jwks-uri').waitFor();
  },
  'secrets-of-public': async (tab) => {
    await open(tab, '/applications?type=native');
    await tab.click('#applications tbody a');
    await tab.click('nav.tabs >> text=Secrets and keys');
    await tab.locator('#secrets-none').waitFor();
  },
  activity: (tab) => open(tab, `/applications/${shop.client_id}/activity`),
  delete: (tab) => open(tab, `/applications/${shop.client_id}/delete`),
  apis: (tab) => open(tab, '/apis'),
  'api-new': (tab) => open(tab, '/apis/new'),
  api: (tab) => open(tab, api()),
  'api-losing': async (tab) => {
    await open(tab, api());
    await tab.fill('#scopes', 'orders:other = Something else');
    await tab.click('#api-save');
    await tab.locator('#api-losing').waitFor();
  },
  'api-delete': (tab) => open(tab, api('/delete')),
  'registration-new': (tab) => open(tab, '/registration/new'),
  'registration-errors': async (tab) => {
    await open(tab, '/registration/new');
    await tab.fill('#uses', '0');
    await tab.fill('#name', 'x'.repeat(101));
    await tab.click('#initial-token-make');
    await tab.locator('#form-errors').waitFor();
  },
  'registration-made': (tab) => makesToken(tab),
  registration: async (tab) => {
    await server.cli(['client', 'initial-token', '--scope', 'openid orders:read']);
    await open(tab, '/registration');
  },
};

for (const { name: rendering, options } of renderings) {
  test(`applications and APIs are clean in ${rendering}`, async (t) => {
    const { tab, trouble, close } = await enter(options);
    for (const [name, reach] of Object.entries(pages)) {
      await t.test(name, async () => {
        await reach(tab);
        await inspect(tab, `admin-applications-${name}-${rendering}`);
      });
    }
    assert.deepEqual(trouble, []);
    await close();
  });
}

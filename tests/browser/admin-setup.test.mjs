// The first administrator in a browser: with and without script, with the keyboard alone, and every page of the frame
// inspected by axe in light and dark, on a desk and on a phone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { inspect, picture, renderings, startBrowser } from '../harness/browser.mjs';
import { addAda, addOrdersApi, addWebClient } from '../harness/people.mjs';
import { authorization, redeem } from '../harness/request.mjs';
import { startServer } from '../harness/server.mjs';
import { Visitor } from '../harness/visitor.mjs';

let browser, storefront;
const passphrase = 'copper lantern forty two';

before(async () => {
  browser = await startBrowser();
});

after(() => browser?.stop());

/** A server of its own and a fresh link, as `vouchsafe admin invite` prints it. */
async function invited() {
  const server = await startServer({ 'rate_limits.enabled': false });
  const { link } = await server.cli(['admin', 'invite']);
  return { server, link };
}

async function fill(tab, over = {}) {
  const fields = { email: 'grace@example.test', username: 'grace', name: 'Grace Hopper', password: passphrase, ...over };
  for (const [name, value] of Object.entries(fields)) await tab.fill(`#setup-${name}`, value);
}

test('a link fills in its code, leaves the address, and works once', async () => {
  const { server, link } = await invited();
  const { tab, trouble, context, close } = await browser.open();
  await tab.goto(link);
  assert.match(await tab.inputValue('#setup-code'), /^vsu_/);
  assert.equal(tab.url(), `${server.issuer}/setup`, 'the code is not left in the address');
  await fill(tab, { password: 'short' });
  // The browser would not send what is too short: what the server says of it is seen without that.
  await tab.$eval('#setup-form', (form) => { form.noValidate = true; });
  await tab.click('#setup-submit');
  await tab.locator('#setup-notice').waitFor();
  assert.equal(await tab.evaluate(() => document.activeElement.id), 'setup-notice', 'what went wrong has the focus');
  assert.equal(await tab.inputValue('#setup-email'), 'grace@example.test');
  await tab.fill('#setup-password', passphrase);
  await tab.click('#setup-submit');
  await tab.locator('#admin-sign-out').waitFor();
  assert.equal(tab.url(), `${server.issuer}/admin`);
  const cookies = (await context.cookies()).filter(({ name }) => name.startsWith('vs_admin'));
  assert.ok(cookies.length === 1 && cookies[0].httpOnly && cookies[0].sameSite === 'Strict');
  const again = await tab.goto(link);
  assert.equal(again.status(), 404);
  assert.deepEqual(trouble, []);
  await close();
  await server.stop();
});

test('without script the code is pasted by hand, and all else works', async () => {
  const { server, link } = await invited();
  const { tab, close } = await browser.open({ javaScriptEnabled: false });
  await tab.goto(`${server.issuer}/setup`);
  await tab.fill('#setup-code', ` ${link.split('#')[1]} `);
  await fill(tab);
  await tab.click('#setup-submit');
  await tab.locator('#admin-sign-out').waitFor();
  for (const section of ['Applications', 'Users', 'Keys', 'Audit log', 'Emergency', 'Settings', 'Overview']) {
    await tab.click(`.rail a:text-is("${section}")`);
    assert.equal(await tab.locator('h1').count(), 1, section);
  }
  await tab.click('#admin-sign-out');
  await tab.locator('#admin-login-form').waitFor();
  await tab.fill('#admin-username', 'grace');
  await tab.fill('#admin-password', passphrase);
  await tab.click('#admin-login-submit');
  await tab.locator('#admin-sign-out').waitFor();
  await close();
  await server.stop();
});

test('the keyboard alone is enough', async () => {
  const { server, link } = await invited();
  const { tab, close } = await browser.open();
  await tab.goto(link);
  await tab.locator('#setup-email:focus').waitFor();
  for (const text of ['grace@example.test', 'grace', 'Grace Hopper', passphrase]) {
    await tab.keyboard.type(text);
    await tab.keyboard.press('Tab');
  }
  await tab.keyboard.press('Enter');
  await tab.keyboard.press('Tab');
  await tab.focus('#setup-password');
  await tab.keyboard.press('Enter');
  await tab.locator('#admin-sign-out').waitFor();
  await tab.keyboard.press('Tab');
  assert.equal(await tab.evaluate(() => document.activeElement.textContent), 'Skip to content');
  await tab.keyboard.press('Enter');
  assert.equal(await tab.evaluate(() => document.activeElement.id), 'main');
  await close();
  await server.stop();
});

/** Tokens of somebody who signs in to an application now, and what can be done with them. */
async function signedIn(server, person, client) {
  const callback = 'https://app.example.test/callback';
  const ask = (more) => authorization(server.issuer, client, callback, more);
  const visitor = new Visitor(server.issuer);
  const sent = ask({ scope: 'openid offline_access', prompt: 'consent' });
  const back = await visitor.authorize(sent.url, person);
  const tokens = await redeem(server.issuer, client, sent, back.searchParams.get('code'));
  assert.equal(tokens.status, 200, JSON.stringify(tokens));
  return {
    /** The status of UserInfo, what a refresh is answered, and what the browser's session is good for. */
    async state() {
      const userinfo = await fetch(`${server.issuer}/userinfo`, { headers: { authorization: `Bearer ${tokens.access_token}` } });
      const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: tokens.refresh_token });
      const secret = Buffer.from(`${client.client_id}:${client.client_secret}`).toString('base64');
      const refreshed = await fetch(`${server.issuer}/token`, { method: 'POST', headers: { authorization: `Basic ${secret}` }, body });
      const answer = await refreshed.json();
      tokens.refresh_token = answer.refresh_token ?? tokens.refresh_token;
      const silent = new URL((await visitor.visit(ask({ scope: 'openid', prompt: 'none' }).url)).url).searchParams;
      return [userinfo.status, answer.error ?? refreshed.status, silent.get('error') ?? 'code'];
    },
  };
}

// That the password is asked for when it was given more than five minutes ago, `it/admin/panic.rs` has: there the clock
// can be moved.
test('everything is revoked after the word, and what people held is refused', async () => {
  const { server, link } = await invited();
  const ada = await addAda(server);
  const client = await addWebClient(server, ['https://app.example.test/callback']);
  const held = await signedIn(server, ada, client);
  const { tab, trouble, close } = await browser.open();
  await tab.goto(link);
  await fill(tab);
  await tab.click('#setup-submit');
  await tab.locator('#admin-sign-out').waitFor();
  await tab.goto(`${server.issuer}/admin/panic`);
  await tab.click('#panic-everything');
  assert.match(await tab.textContent('#panic-preview'), /Grants that end\s*1\s*Sessions that end\s*1/);
  await tab.fill('#typed', 'anything');
  await tab.click('#panic-submit');
  await tab.locator('#typed-error').waitFor();
  assert.deepEqual(await held.state(), [200, 200, 'code'], 'another word revokes nothing');
  await tab.fill('#typed', 'everything');
  await tab.click('#panic-submit');
  assert.match(await tab.textContent('#panic-report'), /Sessions ended since: 1\./);
  let now;
  for (const deadline = Date.now() + 5_000; Date.now() < deadline; ) {
    now = await held.state();
    if (now[0] === 401 && now[1] !== 200) break;
  }
  assert.deepEqual(now, [401, 'invalid_grant', 'login_required'], 'the access token, the refresh token and the session');
  await tab.goto(`${server.issuer}/admin/audit?event=issuer.epoch_raised`);
  assert.equal(await tab.locator('#events tbody tr').count(), 1, 'whoever did it is still signed in, and the log tells it');
  const again = await signedIn(server, ada, client);
  assert.deepEqual(await again.state(), [200, 200, 'code'], 'who signs in again goes on');
  assert.deepEqual(trouble, []);
  await close();
  await server.stop();
});

/** How each page of the frame is reached by an administrator who is signed in. */
const pages = {
  overview: (tab, at) => tab.goto(`${at}/admin`),
  'overview-numbers': async (tab, at) => {
    await tab.goto(`${at}/admin?period=week`);
    for (const summary of await tab.locator('.chart summary').all()) await summary.click();
  },
  confirm: (tab, at) => tab.goto(`${at}/admin/confirm?back=%2Fadmin%2Fpanic`),
  'confirm-refused': async (tab, at) => {
    await tab.goto(`${at}/admin/confirm`);
    await tab.fill('#admin-confirm-password', 'not the password');
    await tab.click('#admin-confirm-submit');
    await tab.locator('[role=alert]').waitFor();
  },
  panic: (tab, at) => tab.goto(`${at}/admin/panic`),
  'panic-unknown': (tab, at) => tab.goto(`${at}/admin/panic/application?client_id=nobody`),
  'panic-everything': (tab, at) => tab.goto(`${at}/admin/panic/everything`),
  'panic-application': async (tab, at) => {
    await tab.goto(`${at}/admin/panic/application?client_id=${storefront.client_id}`);
    await tab.locator('#panic-preview').waitFor();
  },
  'panic-application-mistyped': async (tab, at) => {
    await pages['panic-application'](tab, at);
    await tab.fill('#typed', 'anything');
    await tab.click('#panic-submit');
    await tab.locator('#typed-error').waitFor();
  },
  'panic-application-report': async (tab, at) => {
    await pages['panic-application'](tab, at);
    await tab.fill('#typed', storefront.client_id);
    await tab.click('#panic-submit');
    await tab.locator('#panic-report').waitFor();
  },
  'panic-report': (tab, at) => tab.goto(`${at}/admin/panic/report`),
  reference: (tab, at) => tab.goto(`${at}/admin/api`),
  'reference-opened': async (tab, at) => {
    await tab.goto(`${at}/admin/api`);
    await tab.locator('details.refop').first().waitFor();
    for (const id of ['createUser', 'updateApi', 'type-NewClient']) {
      await tab.locator(`#${id} summary`).first().click();
    }
  },
  settings: (tab, at) => tab.goto(`${at}/admin/settings`),
  'settings-refused': async (tab, at) => {
    await tab.goto(`${at}/admin/settings`);
    await tab.fill('#support_url', 'http://help.example.test');
    await tab.click('#settings-save');
    await tab.locator('[role=alert]').waitFor();
  },
  'not-found': (tab, at) => tab.goto(`${at}/admin/nothing-here`),
};

/** Pages for nobody in particular. */
const gates = {
  setup: (tab, at) => tab.goto(`${at}/setup`),
  'setup-refused': async (tab, at) => {
    await tab.goto(`${at}/setup`);
    await tab.fill('#setup-code', 'vsu_mistyped');
    await fill(tab);
    await tab.click('#setup-submit');
    await tab.locator('[role=alert]').waitFor();
  },
  'sign-in': (tab, at) => tab.goto(`${at}/admin`),
  'sign-in-refused': async (tab, at) => {
    await tab.goto(`${at}/admin/sign-in`);
    await tab.fill('#admin-username', 'grace');
    await tab.fill('#admin-password', 'not the password');
    await tab.click('#admin-login-submit');
    await tab.locator('[role=alert]').waitFor();
  },
  'no-administrator': async (tab, at) => {
    await tab.goto(`${at}/admin/sign-in`);
    await tab.fill('#admin-username', 'ada');
    await tab.fill('#admin-password', passphrase);
    await tab.click('#admin-login-submit');
    await tab.locator('#error-title').waitFor();
  },
};

test('every page is clean in light and dark, on a desk and on a phone', async (t) => {
  const { server } = await invited();
  await addAda(server);
  await addOrdersApi(server);
  for (const [name, reach] of Object.entries(gates)) {
    for (const { name: rendering, options } of renderings) {
      await t.test(`${name} in ${rendering}`, async () => {
        const { tab, trouble, close } = await browser.open(options);
        await reach(tab, server.issuer);
        await inspect(tab, `admin-${name}-${rendering}`);
        assert.deepEqual(trouble, []);
        await close();
      });
    }
  }
  const words = ['admin', 'create', '--username', 'grace', '--email', 'grace@example.test', '--name', 'Grace Hopper'];
  await server.cli([...words, '--password-stdin'], passphrase);
  storefront = await addWebClient(server, ['https://app.example.test/callback']);
  for (const { name: rendering, options } of renderings) {
    const { tab, trouble, close } = await browser.open(options);
    await tab.goto(`${server.issuer}/admin`);
    await tab.fill('#admin-username', 'grace');
    await tab.fill('#admin-password', passphrase);
    await tab.click('#admin-login-submit');
    await tab.locator('#admin-sign-out').waitFor();
    for (const [name, reach] of Object.entries(pages)) {
      await t.test(`${name} in ${rendering}`, async () => {
        await reach(tab, server.issuer);
        await inspect(tab, `admin-${name}-${rendering}`);
      });
    }
    await tab.focus('.skip');
    await picture(tab, `admin-skip-${rendering}`);
    assert.deepEqual(trouble, []);
    await close();
  }
  await server.stop();
});

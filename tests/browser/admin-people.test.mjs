// Administering people and keys in Chromium, without JavaScript and by the keyboard alone, and every page inspected by axe.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { inspect, picture, renderings, signIn, startBrowser } from '../harness/browser.mjs';
import { press, reach, type } from '../harness/keyboard.mjs';
import { addAda, addOrdersApi, addWebClient } from '../harness/people.mjs';
import { authorization, redeem } from '../harness/request.mjs';
import { startServer } from '../harness/server.mjs';
import { Visitor } from '../harness/visitor.mjs';

let browser, server, ada, root, banned, disabled, client;
const grace = { username: 'grace', password: 'silver lantern forty three' };
const callback = 'https://app.example.test/callback';

before(async () => {
  [browser, server] = await Promise.all([startBrowser(), startServer({ 'rate_limits.enabled': false })]);
  root = await server.cli(['admin', 'create', '--username', grace.username, '--email', 'grace@example.test', '--password-stdin'], grace.password);
  ada = await addAda(server);
  await addOrdersApi(server);
  client = await addWebClient(server, [callback], ['--scope', 'orders:read']);
  await use(ada, 'openid offline_access orders:read');
  [banned, disabled] = await Promise.all(['cleo', 'dora'].map((name) =>
    server.cli(['user', 'create', '--username', name, '--email', `${name}@example.test`, '--password-stdin'], grace.password)));
  await server.cli(['user', 'ban', 'cleo', '--reason', 'Three payments came back.\nCall us.']);
  await server.cli(['user', 'disable', 'dora']);
});

after(() => Promise.all([browser?.stop(), server?.stop()]));

const request = (more = {}) => authorization(server.issuer, client, callback, more);

/** Lets a person sign in at the application, which is given tokens for these scopes. */
async function use(person, scope) {
  const sent = request({ scope, prompt: 'consent' });
  const back = await new Visitor(server.issuer).authorize(sent.url, person);
  const tokens = await redeem(server.issuer, client, sent, back.searchParams.get('code'));
  assert.equal(tokens.status, 200, JSON.stringify(tokens));
}
const at = (path) => `${server.issuer}/admin${path}`;

/** Signs in to the administration and goes to a page of it. */
async function enter(tab, path = '') {
  await tab.goto(at(path));
  await tab.fill('#admin-username', grace.username);
  await tab.fill('#admin-password', grace.password);
  await tab.click('#admin-login-submit');
  await tab.locator('#main h1').waitFor();
}

test('a person is made, changed, banned, signed out; keys are rotated and revoked; and the log tells all of it', async () => {
  const { tab, trouble, close } = await browser.open({ javaScriptEnabled: false });
  await enter(tab, '/users');

  await press(tab, 'user-new');
  await type(tab, 'username', 'ben');
  await type(tab, 'email', 'ben@example.test');
  await type(tab, 'name', 'Ben Trovato');
  await type(tab, 'password', 'copper lantern forty four');
  await press(tab, 'user-create');
  assert.match(await tab.textContent('[role=status]'), /The account is made/);

  await press(tab, 'user-roles-edit');
  await type(tab, 'roles', 'support');
  await press(tab, 'user-roles-save');
  assert.match(await tab.textContent('#user-roles'), /support/);

  const ben = { username: 'ben', password: 'copper lantern forty four' };
  await use(ben, 'openid orders:read');
  await tab.reload();
  assert.equal(await tab.locator('#sessions tbody tr').count(), 1);
  await press(tab, 'user-ban');
  assert.match(await tab.textContent('#outlook'), /about a second[\s\S]*may pass until/);
  await reach(tab, 'lasts');
  await tab.keyboard.type('For seven');
  await type(tab, 'reason', 'Three payments came back.');
  await press(tab, 'user-ban');
  assert.match(await tab.textContent('#user-banned'), /This person is banned[\s\S]*Three payments came back/);
  await picture(tab, 'admin-user-banned');

  const visitor = await browser.open();
  await visitor.tab.goto(request().url);
  await signIn(visitor.tab, ben);
  await visitor.tab.locator('#suspended-title').waitFor();
  assert.match(await visitor.tab.textContent('main'), /Three payments came back/);
  await visitor.close();

  await press(tab, 'user-unban');
  await press(tab, 'user-act');
  await use(ben, 'openid');
  await tab.reload();
  await press(tab, 'user-sign-out');
  await press(tab, 'user-act');
  assert.match(await tab.textContent('[role=status]'), /signed out everywhere/);
  assert.match(await tab.textContent('#no-sessions'), /signed in nowhere/);

  await fetch(`${server.issuer}/jwks`, { headers: { 'user-agent': 'vouchsafe-verify/0.1.0' } });
  await tab.goto(at('/keys'));
  assert.match(await tab.textContent('#readers-summary'), /1 of 1/);
  const old = await tab.locator('#keys tr', { hasText: 'Active' }).locator('.kid').textContent();
  await press(tab, 'rotate-RS256');
  await press(tab, 'rotate-now');
  assert.match(await tab.locator('#keys tr', { hasText: old }).textContent(), /Retiring/);
  await picture(tab, 'admin-keys-rotated');
  await tab.goto(at(`/keys/${old}/revoke`));
  await type(tab, 'typed', old.slice(0, 8));
  await press(tab, 'key-revoke');
  assert.match(await tab.locator('#keys tr', { hasText: old }).textContent(), /Revoked/);
  assert.match(await tab.textContent('#readers-summary'), /0 of 1/);

  await tab.goto(at('/audit?actor=grace'));
  const told = await tab.locator('#events tbody tr').allTextContents();
  for (const kind of ['user.created', 'user.roles_changed', 'user.banned', 'user.unbanned', 'user.signed_out', 'key.rotated', 'key.revoked']) {
    assert.ok(told.some((line) => line.includes(kind)), `${kind} in ${told.join('\n')}`);
  }
  await tab.goto(at('/audit?event=user.banned&subject=ben'));
  await tab.locator('#events th a').click();
  assert.match(await tab.textContent('#event-facts'), /ben[\s\S]*Banned until/);
  await tab.click('#event-request');
  assert.equal(await tab.inputValue('#event'), '');
  assert.ok(await tab.locator('#events tbody tr').count() >= 2);
  await tab.goto(at('/audit'));
  await press(tab, 'audit-verify');
  assert.match(await tab.textContent('#chain-whole'), /The audit log is whole/);
  assert.deepEqual(trouble, []);
  await close();
});

test('an administrator sees who else is signed in to the administration, and signs them out', async () => {
  const [one, other] = await Promise.all([{ javaScriptEnabled: false }, {}].map((options) => browser.open(options)));
  await enter(other.tab);
  await enter(one.tab, '/users');
  await press(one.tab, 'admin-sessions');
  assert.match(await one.tab.locator('#admin-sessions tr', { hasText: 'This one' }).textContent(), /grace/);
  await picture(one.tab, 'admin-sessions-of-two');
  await press(one.tab, 'admin-sessions-end-others');
  assert.match(await one.tab.textContent('[role=status]'), /All other sessions/);
  assert.equal(await one.tab.locator('#admin-sessions tbody tr').count(), 1);
  await other.tab.goto(at('/users'));
  await other.tab.locator('#admin-login-submit').waitFor();
  await Promise.all([one, other].map((opened) => opened.close()));
});

test('what was found in the log is kept as a file', async () => {
  const { tab, close } = await browser.open({ javaScriptEnabled: false });
  await enter(tab, '/audit?event=user.created');
  await tab.selectOption('#format', 'csv');
  const [file] = await Promise.all([tab.waitForEvent('download'), tab.click('#audit-export')]);
  assert.equal(file.suggestedFilename(), 'audit.csv');
  await close();
});

/** How each page is reached once Grace is signed in. */
const pages = {
  users: '/users',
  'users-found-nobody': '/users?q=zzz',
  'user-new': '/users/new',
  user: () => `/users/${ada.sub}`,
  'user-banned': () => `/users/${banned.sub}`,
  'user-banned-longer': () => `/users/${banned.sub}/ban`,
  'user-unban': () => `/users/${banned.sub}/unban`,
  'user-disabled': () => `/users/${disabled.sub}`,
  'user-profile': () => `/users/${ada.sub}/profile`,
  'user-roles': () => `/users/${ada.sub}/roles`,
  'user-ban': () => `/users/${ada.sub}/ban`,
  'user-password': () => `/users/${ada.sub}/password`,
  'user-administrator': () => `/users/${ada.sub}/administrator`,
  'user-sign-out': () => `/users/${ada.sub}/sign-out`,
  'user-delete': () => `/users/${ada.sub}/delete`,
  sessions: '/sessions',
  'admin-sessions': '/admin-sessions',
  'user-who-administers': () => `/users/${root.sub}`,
  'registration-off': '/registration',
  'registration-new-off': '/registration/new',
  keys: '/keys',
  'keys-rotate': '/keys/rotate?alg=RS256',
  audit: '/audit',
  'audit-mistake': '/audit?since=x',
  'audit-verify': '/audit/verify',
};

for (const { name, options } of renderings) {
  test(`every page is clean in ${name}`, async () => {
    const { tab, trouble, close } = await browser.open(options);
    await enter(tab);
    for (const [page, path] of Object.entries(pages)) {
      await tab.goto(at(typeof path === 'string' ? path : path()));
      await inspect(tab, `admin-${page}-${name}`);
    }
    await tab.goto(at('/keys'));
    await tab.locator('#keys a.danger').first().click();
    await inspect(tab, `admin-key-revoke-${name}`);
    await tab.goto(at('/audit?event=consent.given'));
    await tab.locator('#events th a').first().click();
    await inspect(tab, `admin-audit-record-${name}`);
    await tab.goto(at('/users/new'));
    await tab.fill('#username', 'a b');
    await tab.click('#user-create');
    await tab.locator('#form-errors').waitFor();
    await inspect(tab, `admin-user-new-refused-${name}`);
    assert.deepEqual(trouble, []);
    await close();
  });
}

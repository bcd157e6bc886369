// Inviting somebody in Chromium, with and without JavaScript: the link is made, used once, and then works no more.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startApp } from '../harness/app.mjs';
import { answer, inspect, picture, renderings, signIn, startBrowser } from '../harness/browser.mjs';
import { onEachDatabase } from '../harness/databases.mjs';
import { press, reach, type } from '../harness/keyboard.mjs';
import { addWebClient } from '../harness/people.mjs';
import { authorization, redeem } from '../harness/request.mjs';

const grace = { username: 'grace', password: 'silver lantern forty three' };
const passphrase = 'copper lantern forty four';
let app, browser;

before(async () => {
  [app, browser] = await Promise.all([startApp(), startBrowser()]);
});

after(() => Promise.all([app?.stop(), browser?.stop()]));

/** Signs in to the administration and goes to a page of it. */
async function enter(server, tab, path) {
  await tab.goto(`${server.issuer}/admin${path}`);
  await tab.fill('#admin-username', grace.username);
  await tab.fill('#admin-password', grace.password);
  await tab.click('#admin-login-submit');
  await tab.locator('#main h1').waitFor();
}

/** Invites somebody on the pages of the administration. Answers the link that they show. */
async function invite(server, tab, username) {
  await enter(server, tab, '/users/new');
  await type(tab, 'username', username);
  await type(tab, 'email', `${username}@example.test`);
  await type(tab, 'name', 'Ivy Lace');
  await reach(tab, 'access-password');
  await tab.keyboard.press('ArrowDown');
  assert.ok(await tab.isChecked('#access-invite'));
  await tab.focus('#user-create');
  await tab.keyboard.press('Enter');
  await tab.locator('#made-link').waitFor();
  return tab.textContent('#made-link');
}

/** Signs in at the application, which redeems its code. */
async function use(server, client, tab, person) {
  const sent = authorization(server.issuer, client, app.callback);
  await tab.goto(sent.url);
  await signIn(tab, person);
  const tokens = await redeem(server.issuer, client, sent, (await answer(tab)).code);
  assert.equal(tokens.status, 200, JSON.stringify(tokens));
}

async function isRefused(server, tab, link) {
  await tab.goto('about:blank');
  await tab.goto(link);
  if (await tab.inputValue('#invitation-code') === '') await tab.fill('#invitation-code', link.split('#')[1]);
  const refused = tab.waitForResponse((response) => response.request().method() === 'POST');
  await tab.click('#invitation-submit');
  assert.equal((await refused).status(), 422);
  assert.match(await tab.textContent('#invitation-notice'), /This code is not good/);
}

onEachDatabase('an invitation', (running, place) => {
  let client;
  before(async () => {
    await running().cli(['admin', 'create', '--username', grace.username, '--email', 'grace@example.test', '--password-stdin'], grace.password);
    client = await addWebClient(running(), [app.callback], ['--first-party']);
  });

  test('the link is copied, fills in its code, leaves the address, and sets the password once', async () => {
    const server = running();
    const admin = await browser.open({ permissions: ['clipboard-read', 'clipboard-write'] });
    const shown = await invite(server, admin.tab, 'ivy');
    await admin.tab.click('[data-copy=made-link]');
    await admin.tab.locator('[data-copy=made-link]', { hasText: 'Copied' }).waitFor();
    const link = await admin.tab.evaluate(() => navigator.clipboard.readText());
    assert.equal(link, shown);
    await picture(admin.tab, 'admin-user-invited');
    await admin.tab.click('#made-stored');
    assert.match(await admin.tab.textContent('#user-invited'), /link good until/);

    const { tab, trouble, context, close } = await browser.open();
    const asked = [];
    tab.on('request', (request) => asked.push(`${request.url()} ${request.headers().referer ?? ''}`));
    await tab.goto(`${server.issuer}/invitation`);
    // Pasted into the page that is open: nothing is loaded again.
    await tab.goto(link);
    await tab.waitForFunction(() => document.querySelector('#invitation-code').value !== '');
    assert.match(await tab.inputValue('#invitation-code'), /^vinv_/);
    assert.equal(tab.url(), `${server.issuer}/invitation`, 'the code is not left in the address');
    await tab.click('footer a[hreflang=de]');
    await tab.locator('h1', { hasText: 'Ihre Einladung' }).waitFor();
    assert.match(await tab.inputValue('#invitation-code'), /^vinv_/, 'the page in another language has it too');
    await tab.click('footer a[hreflang=en]');
    await tab.locator('h1', { hasText: 'Your invitation' }).waitFor();
    await tab.click('#invitation-submit');
    await tab.locator('#invitation-password').waitFor();
    assert.equal(await tab.inputValue('input[autocomplete=username]'), 'ivy', 'for the password manager');
    assert.match(await tab.textContent('main'), /Ivy Lace[\s\S]*ivy@example\.test/);
    assert.equal(await tab.evaluate(() => document.activeElement.id), 'invitation-password');
    await tab.fill('#invitation-password', 'short');
    // The browser would not send what is too short: what the server says of it is seen without that.
    await tab.$eval('#invitation-form', (form) => { form.noValidate = true; });
    await tab.click('#invitation-submit');
    await tab.locator('#invitation-notice').waitFor();
    assert.equal(await tab.evaluate(() => document.activeElement.id), 'invitation-notice', 'what went wrong has the focus');
    await tab.fill('#invitation-password', passphrase);
    await tab.click('#invitation-submit');
    await tab.locator('#invitation-done').waitFor();
    assert.equal(tab.url(), `${server.issuer}/invitation/accepted`);
    assert.deepEqual((await context.cookies()).filter(({ name }) => /session|admin/.test(name)), [], 'nobody is signed in');
    assert.ok(asked.length > 5 && asked.every((line) => !line.replace(/#\S*/, '').includes('vinv_')), asked.join('\n'));
    await use(server, client, tab, { username: 'ivy', password: passphrase });
    await isRefused(server, tab, link);
    assert.ok(!server.log().includes(link.split('vinv_')[1]));
    assert.deepEqual(trouble, []);
    assert.deepEqual(admin.trouble, []);
    await admin.close();
    await close();
  });

  test('without script and by the keyboard all of it works, and a link that was replaced or has expired does not', async () => {
    const server = running();
    const admin = await browser.open({ javaScriptEnabled: false });
    const first = await invite(server, admin.tab, 'jo');
    await press(admin.tab, 'made-stored');
    await press(admin.tab, 'user-invite');
    await reach(admin.tab, 'user-invitation-make');
    await admin.tab.keyboard.press('Enter');
    await admin.tab.locator('#made-link').waitFor();
    const second = await admin.tab.textContent('#made-link');

    const { tab, trouble, close } = await browser.open({ javaScriptEnabled: false });
    await isRefused(server, tab, first);
    await type(tab, 'invitation-code', ` ${second.split('#')[1]} `);
    await tab.keyboard.press('Enter');
    await tab.locator('#invitation-password').waitFor();
    await type(tab, 'invitation-password', passphrase);
    await tab.keyboard.press('Enter');
    await tab.locator('#invitation-done').waitFor();
    await use(server, client, tab, { username: 'jo', password: passphrase });

    const { invitation: old } = await server.cli(['user', 'invite', '--username', 'kim', '--email', 'kim@example.test']);
    await server.sql("UPDATE users SET invited_until = 1 WHERE username = 'kim'");
    await isRefused(server, tab, old.link);
    const { invitation, sub } = await server.cli(['user', 'invite', '--again', 'kim']);
    await admin.tab.goto(`${server.issuer}/admin/users/${sub}`);
    await reach(admin.tab, 'user-invitation-end');
    await admin.tab.keyboard.press('Enter');
    await admin.tab.locator('[role=status]', { hasText: 'The invitation is ended' }).waitFor();
    await isRefused(server, tab, invitation.link);
    assert.deepEqual(trouble, []);
    assert.deepEqual(admin.trouble, []);
    await admin.close();
    await close();
  });

  if (place === 'PostgreSQL') return;
  for (const { name, options } of renderings) {
    test(`every page is clean in ${name}`, async () => {
      const server = running();
      const username = `lee-${name}`;
      const admin = await browser.open(options);
      const link = await invite(server, admin.tab, username);
      await inspect(admin.tab, `admin-user-invitation-link-${name}`);
      await admin.tab.click('#made-stored');
      await inspect(admin.tab, `admin-user-invited-${name}`);
      await admin.tab.click('#user-invite');
      await inspect(admin.tab, `admin-user-invite-again-${name}`);
      await admin.tab.goto(`${server.issuer}/admin/users/new`);
      await inspect(admin.tab, `admin-user-new-${name}`);

      const { tab, trouble, close } = await browser.open(options);
      await tab.goto(link);
      await inspect(tab, `invitation-${name}`);
      await tab.fill('#invitation-code', 'vinv_mistyped');
      await tab.click('#invitation-submit');
      await tab.locator('#invitation-notice').waitFor();
      await inspect(tab, `invitation-refused-${name}`);
      await tab.fill('#invitation-code', link.split('#')[1]);
      await tab.click('#invitation-submit');
      await tab.locator('#invitation-password').waitFor();
      await inspect(tab, `invitation-password-${name}`);
      await tab.fill('#invitation-password', 'passwordpassword');
      await tab.click('#invitation-submit');
      await tab.locator('#invitation-notice').waitFor();
      await inspect(tab, `invitation-password-refused-${name}`);
      await tab.fill('#invitation-password', passphrase);
      await tab.click('#invitation-submit');
      await tab.locator('#invitation-done').waitFor();
      await inspect(tab, `invitation-accepted-${name}`);
      assert.deepEqual(trouble, []);
      assert.deepEqual(admin.trouble, []);
      await admin.close();
      await close();
    });
  }
}, { 'rate_limits.enabled': false });

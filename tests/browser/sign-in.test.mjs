// Signing in, in Chromium.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startApp } from '../harness/app.mjs';
import { answer, picture, signIn, startBrowser } from '../harness/browser.mjs';
import { addAda, addWebClient } from '../harness/people.mjs';
import { authorization, redeem } from '../harness/request.mjs';
import { startServer } from '../harness/server.mjs';

let app, browser, server, ada, client;

before(async () => {
  [app, browser, server] = await Promise.all([startApp(), startBrowser(), startServer()]);
  ada = await addAda(server);
  client = await addWebClient(server, [app.callback, app.popupCallback], ['--first-party']);
});

after(() => Promise.all([app?.stop(), browser?.stop(), server?.stop()]));

const request = (more) => authorization(server.issuer, client, app.callback, more);

/** Runs a journey in a fresh profile, and fails it when a page did what none may do. */
async function journey(options, walk) {
  const visit = await browser.open(options);
  try {
    await walk(visit);
    assert.deepEqual(visit.trouble, []);
  } finally {
    await visit.close();
  }
}

test('the right password brings the browser back with a code that the client redeems', () => journey({}, async ({ tab }) => {
  const sent = request();
  await tab.goto(sent.url);
  await picture(tab, 'sign-in');
  assert.match(new URL(tab.url()).pathname, /^\/interaction\/[^/]+\/login$/);
  assert.equal(new URL(tab.url()).search, '', 'a page holds no protocol parameters');
  await signIn(tab, ada);
  const back = await answer(tab);
  assert.equal(back.state, sent.state);
  assert.equal(back.iss, server.issuer);
  const tokens = await redeem(server.issuer, client, sent, back.code);
  assert.equal(tokens.status, 200, JSON.stringify(tokens));
  assert.ok(tokens.id_token && tokens.access_token);
}));

test('people sign in by e-mail too', () => journey({}, async ({ tab }) => {
  await tab.goto(request().url);
  await signIn(tab, { ...ada, username: ada.email });
  assert.ok((await answer(tab)).code);
}));

test('a wrong password is told, keeps the user name and marks the fields', () => journey({}, async ({ tab }) => {
  await tab.goto(request().url);
  const refused = tab.waitForResponse((response) => response.request().method() === 'POST');
  await signIn(tab, ada, 'not the password');
  assert.equal((await refused).status(), 422);
  await picture(tab, 'sign-in-wrong-password');
  assert.equal(await tab.inputValue('#login-username'), ada.username);
  assert.equal(await tab.inputValue('#login-password'), '');
  assert.ok((await tab.locator('[role=alert]').textContent()).trim().length > 0);
  assert.equal(await tab.getAttribute('#login-username', 'aria-invalid'), 'true');
  assert.equal(await tab.getAttribute('#login-password', 'aria-invalid'), 'true');
  await signIn(tab, ada);
  assert.ok((await answer(tab)).code);
}));

test('an unknown person is answered like a wrong password', () => journey({}, async ({ tab }) => {
  const told = [];
  for (const username of [ada.username, 'nobody']) {
    await tab.goto(request().url);
    await signIn(tab, { username, password: 'not the password' });
    told.push((await tab.locator('[role=alert]').textContent()).trim());
  }
  assert.equal(told[0], told[1]);
}));

test('signing in needs no JavaScript', () => journey({ javaScriptEnabled: false }, async ({ tab }) => {
  await tab.goto(request().url);
  await signIn(tab, ada, 'not the password');
  await tab.locator('[role=alert]').waitFor();
  await signIn(tab, ada);
  assert.ok((await answer(tab)).code);
}));

test('the keyboard alone is enough', () => journey({}, async ({ tab }) => {
  await tab.goto(request().url);
  await tab.locator('#login-username:focus').waitFor();
  await tab.keyboard.type(ada.username);
  await tab.keyboard.press('Tab');
  assert.equal(await tab.evaluate(() => document.activeElement.id), 'login-password');
  await tab.keyboard.type(ada.password);
  for (let steps = 0; steps < 6 && (await tab.evaluate(() => document.activeElement.id)) !== 'login-submit'; steps++) {
    await tab.keyboard.press('Tab');
  }
  await tab.keyboard.press('Enter');
  assert.ok((await answer(tab)).code);
}));

test('leaving the page answers the application that access was denied', () => journey({}, async ({ tab }) => {
  const sent = request();
  await tab.goto(sent.url);
  await tab.click('#login-cancel');
  const back = await answer(tab);
  assert.deepEqual([back.error, back.state, back.iss], ['access_denied', sent.state, server.issuer]);
}));

test('a second application request in the session shows no page', () => journey({}, async ({ tab }) => {
  await tab.goto(request().url);
  await signIn(tab, ada);
  await answer(tab);
  const shown = [];
  tab.on('response', (response) => shown.push(`${response.status()} ${new URL(response.url()).origin}`));
  const second = request();
  await tab.goto(second.url);
  assert.equal((await answer(tab)).state, second.state);
  assert.deepEqual(shown.filter((line) => line.endsWith(server.issuer)), [`303 ${server.issuer}`]);
  const silent = request({ prompt: 'none' });
  await tab.goto(silent.url);
  assert.ok((await answer(tab)).code);
}));

test('prompt=none without a session shows no page either', () => journey({}, async ({ tab }) => {
  await tab.goto(request({ prompt: 'none' }).url);
  assert.equal((await answer(tab)).error, 'login_required');
}));

test('prompt=login asks again, for the same person', () => journey({}, async ({ tab }) => {
  await tab.goto(request().url);
  await signIn(tab, ada);
  await answer(tab);
  await tab.goto(request({ prompt: 'login' }).url);
  await picture(tab, 'sign-in-again');
  await tab.fill('#login-password', ada.password);
  await tab.click('#login-submit');
  assert.ok((await answer(tab)).code);
}));

test('prompt=select_account lets the person choose', () => journey({}, async ({ tab }) => {
  await tab.goto(request().url);
  await signIn(tab, ada);
  await answer(tab);
  await tab.goto(request({ prompt: 'select_account' }).url);
  await picture(tab, 'select-account');
  await tab.getByRole('button', { name: new RegExp(ada.name) }).click();
  assert.ok((await answer(tab)).code);
}));

test('the language follows the browser, and the request may name another', async () => {
  await journey({ locale: 'de-DE' }, async ({ tab }) => {
    await tab.goto(request().url);
    await picture(tab, 'sign-in-german');
    assert.equal(await tab.getAttribute('html', 'lang'), 'de');
    assert.equal((await tab.textContent('#login-submit')).trim(), 'Anmelden');
    await tab.goto(request({ ui_locales: 'en' }).url);
    assert.equal((await tab.textContent('#login-submit')).trim(), 'Sign in');
  });
});

test('a popup can still reach the window that opened it', () => journey({}, async ({ tab, context }) => {
  app.leadTo(authorization(server.issuer, client, app.popupCallback).url);
  await tab.goto(`${app.origin}/popup`);
  const opened = context.waitForEvent('page');
  await tab.click('#open');
  await signIn(await opened, ada);
  assert.ok((await answer(tab)).code);
}));

test('going back and sending the finished form again leads nowhere new', () => journey({}, async ({ tab }) => {
  await tab.goto(request().url);
  const page = tab.url();
  await signIn(tab, ada);
  await answer(tab);
  const again = await tab.goto(page);
  assert.ok(again.status() < 500, `status ${again.status()}`);
}));

test('a suspended person is told so, after the right password only', () => journey({}, async ({ tab }) => {
  const words = ['user', 'create', '--username', 'grace', '--email', 'grace@example.test', '--password-stdin'];
  await server.cli(words, ada.password);
  await server.cli(['user', 'disable', 'grace']);
  await tab.goto(request().url);
  await signIn(tab, { username: 'grace' }, 'not the password');
  assert.equal(await tab.locator('#suspended-title').count(), 0);
  await signIn(tab, { username: 'grace' }, ada.password);
  await tab.locator('#suspended-title').waitFor();
  await picture(tab, 'suspended');
  await tab.click('#suspended-back');
  assert.equal((await answer(tab)).error, 'access_denied');
}));

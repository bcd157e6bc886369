// Allowing and denying an application, in Chromium.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { startApp } from '../harness/app.mjs';
import { answer, picture, signIn, startBrowser } from '../harness/browser.mjs';
import { addAda, addOrdersApi, addWebClient } from '../harness/people.mjs';
import { authorization, redeem } from '../harness/request.mjs';
import { startServer } from '../harness/server.mjs';

let app, browser, server, ada, client, visit, tab;

before(async () => {
  [app, browser, server] = await Promise.all([startApp(), startBrowser(), startServer()]);
  ada = await addAda(server);
  await addOrdersApi(server);
});

// Each test has a client of its own, so that none remembers another's consent.
beforeEach(async () => {
  await visit?.close();
  client = await addWebClient(server, [app.callback, app.onward], ['--scope', 'orders:read']);
  visit = await browser.open();
  tab = visit.tab;
});

after(async () => {
  await visit?.close();
  await Promise.all([app?.stop(), browser?.stop(), server?.stop()]);
});

async function toConsent(more = {}, redirectUri = app.callback) {
  const sent = authorization(server.issuer, client, redirectUri, more);
  await tab.goto(sent.url);
  await signIn(tab, ada);
  await tab.locator('#consent-form').waitFor();
  return sent;
}

test('the page names the application, the permissions and the host, and allowing gives a code', async () => {
  const sent = await toConsent({ scope: 'openid profile orders:read' });
  await picture(tab, 'consent');
  const words = await tab.textContent('body');
  for (const word of ['Storefront', 'Read your orders', new URL(app.origin).hostname]) assert.ok(words.includes(word), word);
  await tab.click('#consent-allow');
  const back = await answer(tab);
  const tokens = await redeem(server.issuer, client, sent, back.code);
  assert.equal(tokens.status, 200, JSON.stringify(tokens));
  assert.deepEqual(visit.trouble, []);
});

test('denying answers the application and nothing else', async () => {
  const sent = await toConsent();
  await tab.click('#consent-deny');
  const back = await answer(tab);
  assert.deepEqual([back.error, back.state, back.code], ['access_denied', sent.state, undefined]);
  assert.deepEqual(visit.trouble, []);
});

test('what was allowed is remembered, and what is new is asked', async () => {
  await toConsent({ scope: 'openid' });
  await tab.click('#consent-allow');
  await answer(tab);
  await tab.goto(authorization(server.issuer, client, app.callback, { scope: 'openid' }).url);
  assert.ok((await answer(tab)).code);
  await tab.goto(authorization(server.issuer, client, app.callback, { scope: 'openid email' }).url);
  await tab.locator('#consent-form').waitFor();
  await picture(tab, 'consent-more');
});

test('neither button is chosen beforehand', async () => {
  await toConsent();
  const focused = await tab.evaluate(() => document.activeElement?.id ?? '');
  assert.ok(!focused.startsWith('consent-'), focused);
});

test('a callback that sends the browser on to another origin still works', async () => {
  const sent = await toConsent({}, app.onward);
  await tab.click('#consent-allow');
  const back = await answer(tab);
  assert.equal(new URL(tab.url()).origin, app.elsewhere);
  assert.equal(back.state, sent.state);
  assert.deepEqual(visit.trouble, []);
});

test('consent needs no JavaScript', async () => {
  await visit.close();
  visit = await browser.open({ javaScriptEnabled: false });
  tab = visit.tab;
  await toConsent();
  await tab.click('#consent-allow');
  assert.ok((await answer(tab)).code);
});

test('the keyboard alone reaches both buttons', async () => {
  await toConsent();
  const reached = [];
  for (let steps = 0; steps < 12; steps++) {
    await tab.keyboard.press('Tab');
    reached.push(await tab.evaluate(() => document.activeElement?.id ?? ''));
    if (reached.at(-1) === 'consent-allow') break;
  }
  assert.ok(reached.includes('consent-deny') && reached.includes('consent-allow'), reached.join(' '));
  await tab.keyboard.press('Enter');
  assert.ok((await answer(tab)).code);
});

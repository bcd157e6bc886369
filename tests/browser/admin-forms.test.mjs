// What the forms and lists of the administration are to somebody who is interrupted, or sees no colours, or has a small screen.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startBrowser } from '../harness/browser.mjs';
import { addWebClient } from '../harness/people.mjs';
import { startServer } from '../harness/server.mjs';

let browser, server;
const grace = { username: 'grace', password: 'silver lantern forty three' };

before(async () => {
  [browser, server] = await Promise.all([startBrowser(), startServer({ 'rate_limits.enabled': false })]);
  await server.cli(['admin', 'create', '--username', grace.username, '--email', 'grace@example.test', '--password-stdin'], grace.password);
  await addWebClient(server, ['http://localhost:3000/callback']);
});

after(() => Promise.all([browser?.stop(), server?.stop()]));

const at = (path) => `${server.issuer}/admin${path}`;

/** Signs in on the page that a tab is at. */
async function signIn(tab) {
  await tab.fill('#admin-username', grace.username);
  await tab.fill('#admin-password', grace.password);
  await tab.click('#admin-login-submit');
  await tab.locator('#main h1').waitFor();
}

async function fill(tab, username) {
  await tab.fill('#username', username);
  await tab.fill('#email', `${username}@example.test`);
  await tab.fill('#name', 'Ivy Lace');
  await tab.check('#email_verified');
}

async function isFilled(tab, username) {
  await tab.locator('#user-new-form').waitFor();
  const typed = await tab.$eval('#user-new-form', (form) =>
    [form.username.value, form.email.value, form.elements.name.value, form.email_verified.checked]);
  assert.deepEqual(typed, [username, `${username}@example.test`, 'Ivy Lace', true]);
}

test('what was typed when the session ended comes back, as the page says', async () => {
  const { tab, context, close } = await browser.open();
  await tab.goto(at('/users/new'));
  await signIn(tab);
  await fill(tab, 'ivy');
  await context.clearCookies({ name: /admin/ });
  await tab.click('#user-create');
  await tab.locator('#admin-login-notice').waitFor();
  assert.match(await tab.textContent('#admin-login-notice'), /nothing was saved[\s\S]*go back twice/);
  await signIn(tab);
  assert.equal(await tab.inputValue('#username'), '', 'the page anew');
  await tab.goBack();
  await tab.goBack();
  await isFilled(tab, 'ivy');
  await tab.click('#user-create');
  assert.match(await tab.textContent('[role=status]'), /The account is made/);
  await close();
});

test('a form of the session before comes back, as the page says', async () => {
  const { tab, context, close } = await browser.open();
  await tab.goto(at('/users/new'));
  await signIn(tab);
  await fill(tab, 'ian');
  const other = await context.newPage();
  await context.clearCookies({ name: /admin/ });
  await other.goto(at(''));
  await signIn(other);
  await tab.click('#user-create');
  await tab.locator('#error-again').waitFor();
  assert.equal(await tab.getAttribute('#error-again', 'href'), '/admin/users/new');
  await tab.goBack();
  await isFilled(tab, 'ian');
  await tab.click('#user-create');
  assert.match(await tab.textContent('[role=status]'), /The account is made/);
  await close();
});

test('the list of applications cuts nothing off on a small screen', async () => {
  for (const width of [320, 360]) {
    const { tab, close } = await browser.open({ viewport: { width, height: 640 } });
    await tab.goto(at('/applications'));
    await signIn(tab);
    const badge = tab.locator('#applications .badge', { hasText: 'Address on this machine' });
    const [seen, table] = await Promise.all([badge.boundingBox(), tab.locator('.tbl-wrap').boundingBox()]);
    assert.ok(seen.x + seen.width <= table.x + table.width, `${width}: ${JSON.stringify([seen, table])}`);
    assert.equal(await tab.locator('.tbl-wrap').evaluate((table) => table.scrollWidth - table.clientWidth), 0, `${width}`);
    await close();
  }
});

test('series of a plot differ where there are no colours of ours, and on paper', async () => {
  for (const media of [{ forcedColors: 'active' }, { media: 'print' }]) {
    const { tab, close } = await browser.open();
    await tab.goto(at(''));
    await signIn(tab);
    await tab.emulateMedia(media);
    const plots = await tab.$$eval('.legend', (legends) => legends.map((legend) =>
      [...legend.querySelectorAll('rect')].map((swatch) => getComputedStyle(swatch).fill)));
    assert.ok(plots.some((fills) => fills.length === 3));
    for (const fills of plots) assert.equal(new Set(fills).size, fills.length, `${JSON.stringify(media)}: ${fills}`);
    await close();
  }
});

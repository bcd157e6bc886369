// The demo from an empty folder, in Chromium: sign in, call the API, refresh, replay, sign out; and again after a crash.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { inspect, picture, renderings, signIn, startBrowser } from '../harness/browser.mjs';
import { bound, ending, stopped } from '../harness/ending.mjs';
import { freePort, program, scratchFolder } from '../harness/server.mjs';

let browser, demo, port, scratch, facts;

before(async () => {
  [browser, scratch, port] = await Promise.all([startBrowser(), scratchFolder(), freePort(2)]);
  await start();
});

after(async () => {
  await Promise.all([browser?.stop(), demo && stopped(demo, 'SIGINT')]);
  await scratch?.remove();
});

/** Starts the demo, and waits for the one line that it prints when all three answer. */
async function start() {
  const words = ['demo', '--json', '--port', String(port), '--dir', scratch.folder];
  const started = bound(spawn(program, words, { cwd: scratch.folder, stdio: ['ignore', 'pipe', 'inherit'] }));
  ending(() => stopped(started, 'SIGINT'));
  demo = started;
  for await (const line of createInterface({ input: started.stdout })) {
    facts = JSON.parse(line);
    return;
  }
  throw new Error('the demo ended without a word');
}

const claims = async (tab, id) => JSON.parse(await tab.textContent(id));

/** Signs in at the demo app, and allows it what it asks the first time. */
async function enter(tab) {
  await tab.goto(facts.app);
  await tab.click('#sign-in');
  await signIn(tab, facts);
  await tab.locator('#consent-allow, #access-token').waitFor();
  if (await tab.locator('#consent-allow').count()) await tab.click('#consent-allow');
  await tab.locator('#access-token').waitFor();
}

test('it says where everything is', async () => {
  assert.deepEqual(Object.keys(facts).sort(), ['api', 'app', 'issuer', 'password', 'username']);
  assert.deepEqual([facts.issuer, facts.app, facts.api], [0, 1, 2].map((n) => `http://localhost:${port + n}`));
  assert.equal((await fetch(`${facts.issuer}/readyz`)).status, 200);
});

test('the app shows every part of the walk', async () => {
  const { tab, trouble, close } = await browser.open();
  await enter(tab);
  const [id, access] = [await claims(tab, '#id-token'), await claims(tab, '#access-token')];
  assert.deepEqual([id.iss, access.iss, id.sub], [facts.issuer, facts.issuer, access.sub]);
  await tab.click('#call-api');
  await tab.getByText(/\b200\b/).first().waitFor();
  await picture(tab, 'demo-called-api');
  await tab.click('#refresh');
  await tab.locator('#access-token').waitFor();
  const renewed = await claims(tab, '#access-token');
  assert.notEqual(renewed.jti, access.jti);
  assert.equal(renewed.gid, access.gid);
  await tab.click('#replay-refresh');
  await tab.getByText(/invalid_grant/).first().waitFor();
  await picture(tab, 'demo-replayed-refresh');
  await tab.click('#sign-out');
  await tab.locator('#sign-in').waitFor();
  assert.deepEqual(trouble, []);
  await close();
});

for (const { name, options } of renderings) {
  test(`the app is clean in ${name}`, async () => {
    const { tab, trouble, close } = await browser.open(options);
    await tab.goto(facts.app);
    await inspect(tab, `demo-start-${name}`);
    await enter(tab);
    await inspect(tab, `demo-signed-in-${name}`);
    assert.deepEqual(trouble, []);
    await close();
  });
}

test('what an administrator does reaches the API, and the page says how soon', async () => {
  const { tab, trouble, close } = await browser.open();
  await enter(tab);
  await tab.click('#call-api');
  for (const [button, seen] of [
    ['#raise-level', /refused after \d+ ms \(claims_changed\)/],
    ['#rotate-key', /After \d+ ms tokens came from the new key/],
    ['#ban-me', /refused after \d+ ms/],
  ]) {
    await tab.click(button);
    await tab.locator('#seen').getByText(seen).waitFor();
    await picture(tab, `demo-after-${button.slice(1)}`);
  }
  await tab.click('#call-api');
  await tab.getByText(/vouchsafe_reason/).first().waitFor();
  await tab.click('#unban-me');
  await tab.locator('#seen').getByText(/may sign in again/).waitFor();
  assert.deepEqual(trouble, []);
  await close();
});

test('the API refuses a call without a token', async () => {
  const answer = await fetch(`${facts.api}/orders`);
  assert.equal(answer.status, 401);
  assert.match(answer.headers.get('www-authenticate') ?? '', /^Bearer/);
});

test('after a crash it goes on with the same people', async () => {
  const before = facts;
  await stopped(demo, 'SIGKILL');
  await start();
  assert.deepEqual(facts, before);
  const { tab, close } = await browser.open();
  await enter(tab);
  await close();
});

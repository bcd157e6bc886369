// From the setup link to the audit log in one go, by somebody who has never seen the product: with script and without,
// on both databases, the administrator by the keyboard alone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startApp } from '../harness/app.mjs';
import { inspect, renderings, signIn, startBrowser } from '../harness/browser.mjs';
import { copied, environment, runInShell, runOpenidClient } from '../harness/copied.mjs';
import { onEachDatabase } from '../harness/databases.mjs';
import { press, reach, type } from '../harness/keyboard.mjs';
import { startSpa } from '../harness/spa.mjs';

const grace = { username: 'grace', email: 'grace@example.test', name: 'Grace Hopper', password: 'silver lantern forty three' };
const ada = { username: 'ada', email: 'ada@example.test', name: 'Ada Lovelace', password: 'copper lantern forty two' };
const orders = 'https://orders.example.test';
const wide = { width: 1180, height: 800 };

for (const script of [true, false]) {
  onEachDatabase(`the whole journey ${script ? 'with' : 'without'} script`, (server, place) => {
    let browser, shop, spa;

    before(async () => {
      [browser, shop, spa] = await Promise.all([startBrowser(), startApp(), startSpa()]);
    });

    after(() => Promise.all([browser?.stop(), shop?.stop(), spa?.stop()]));

    test('setup, three applications, a person, a ban, a rotation, and the log of all of it', async () => {
      const { tab, trouble, context, close } = await browser.open({ javaScriptEnabled: script });
      if (script) await context.grantPermissions(['clipboard-read', 'clipboard-write']);
      const admin = new Administrator(tab, server(), { script, looks: script && place === 'SQLite' });

      await admin.becomes();
      await admin.registersApi();
      const window = await admin.registers('spa', 'Shop window', spa.redirectUri, ['openid', 'profile', 'email', 'offline_access']);
      const store = await admin.registers('web', 'Storefront', shop.callback, ['openid', 'profile', 'email', 'offline_access', 'orders:read']);
      const robot = await admin.registers('service', 'Nightly export', undefined, ['orders:read']);
      const sub = await admin.makesAda();

      const settings = browserSettings(window);
      assert.deepEqual(settings, {
        issuer: server().issuer, clientId: window.clientId, redirectUri: spa.redirectUri, scope: 'openid profile email offline_access',
      });
      spa.configure(settings);
      const person = await browser.open();
      const inWindow = await signsIn(person.tab, spa);
      assert.equal(inWindow.sub, sub);
      const visitor = await browser.open({ javaScriptEnabled: script });
      const atStore = await runOpenidClient(store['openid-client'], store.env, (url) => visits(visitor.tab, url, shop.callback));
      assert.equal(atStore.tokens.claims().sub, sub);
      const known = await atStore.client.fetchUserInfo(atStore.config, atStore.tokens.access_token, sub);
      assert.deepEqual([known.email, known.name], [ada.email, ada.name]);
      atStore.tokens = await atStore.client.refreshTokenGrant(atStore.config, atStore.tokens.refresh_token);
      assert.deepEqual(await asks(person.tab, '#refresh'), { refreshed: true });
      assert.equal((await asks(person.tab, '#ask')).email, ada.email);
      const token = await runInShell(robot.curl, robot.env);
      assert.deepEqual([token.token_type, token.scope], ['Bearer', 'orders:read']);

      await admin.bansAda();
      const { client, config, tokens } = atStore;
      await assert.rejects(client.refreshTokenGrant(config, tokens.refresh_token), { error: 'invalid_grant' });
      await assert.rejects(client.fetchUserInfo(config, tokens.access_token, sub), (error) => error.status === 401);
      assert.equal((await asks(person.tab, '#ask')).status, 401);
      assert.equal((await asks(person.tab, '#refresh')).refused, 'invalid_grant');
      await person.tab.goto(spa.origin);
      await person.tab.click('#sign-in');
      await person.tab.locator('#suspended-title').or(person.tab.locator('#login-username')).waitFor();
      if (await person.tab.locator('#login-username').count() > 0) await signIn(person.tab, ada);
      await person.tab.locator('#suspended-title').waitFor();
      assert.match(await person.tab.textContent('main'), /Three payments came back/);

      const kid = await admin.rotatesTheKey();
      assert.equal(header(token.access_token).kid, kid.old);
      assert.equal(header((await runInShell(robot.curl, robot.env)).access_token).kid, kid.now);

      await admin.readsTheLog({ sub, apps: [window, store, robot], kid });
      await sameByApiAndCommand(server(), { sub, apps: [window, store, robot], kid });
      assert.deepEqual(trouble, []);
      assert.deepEqual(visitor.trouble, []);
      assert.deepEqual(person.trouble.filter((line) => !line.startsWith(spa.origin)), []);
      await Promise.all([close(), person.close(), visitor.close()]);
    });
  }, { 'rate_limits.enabled': false });
}

/** Grace at her desk. */
class Administrator {
  #tab;
  #server;
  #script;
  #looks;
  #pictures = 0;

  constructor(tab, server, { script, looks }) {
    this.#tab = tab;
    this.#server = server;
    this.#script = script;
    this.#looks = looks;
  }

  /** Opens the link that `vouchsafe admin invite` prints. Without script she pastes the code by hand. */
  async becomes() {
    const { link } = await this.#server.cli(['admin', 'invite']);
    const tab = this.#tab;
    if (this.#script) {
      await tab.goto(link);
      assert.match(await tab.inputValue('#setup-code'), /^vsu_/);
    } else {
      await tab.goto(`${this.#server.issuer}/setup`);
      await type(tab, 'setup-code', link.split('#')[1]);
    }
    await this.#look('setup');
    for (const [field, text] of Object.entries({ email: grace.email, username: grace.username, name: grace.name, password: grace.password })) {
      await type(tab, `setup-${field}`, text);
    }
    await press(tab, 'setup-submit');
    assert.equal(tab.url(), `${this.#server.issuer}/admin`);
    await this.#look('overview-of-nothing');
  }

  /** Goes to a part of the administration by its name in the rail. */
  async #goes(section) {
    await this.#tab.locator('.rail a', { hasText: section }).focus();
    await this.#tab.keyboard.press('Enter');
    await this.#tab.locator('.rail a[aria-current=page]', { hasText: section }).waitFor();
  }

  async registersApi() {
    const tab = this.#tab;
    await this.#goes('APIs and scopes');
    await press(tab, 'api-new');
    await type(tab, 'identifier', orders);
    await type(tab, 'name', 'Orders');
    await type(tab, 'scopes', 'orders:read = Read your orders');
    await press(tab, 'api-save');
    assert.match(await tab.textContent('[role=status]'), /The API is registered/);
  }

  /** The wizard, to the page with the settings. Answers the client ID, the secret, and the settings as they were copied. */
  async registers(preset, name, redirectUri, scopes) {
    const tab = this.#tab;
    await this.#goes('Applications');
    await press(tab, 'application-new');
    await reach(tab, 'preset-spa');
    for (let steps = 0; steps < 8 && !await tab.isChecked(`#preset-${preset}`); steps++) await tab.keyboard.press('ArrowDown');
    assert.ok(await tab.isChecked(`#preset-${preset}`), preset);
    await press(tab, 'wizard-next');
    await type(tab, 'name', name);
    if (redirectUri !== undefined) await type(tab, 'redirect_uris', redirectUri);
    for (const box of await tab.locator('[name=scope]').all()) {
      if (await box.isChecked() !== scopes.includes(await box.getAttribute('value'))) {
        await reach(tab, await box.getAttribute('id'));
        await tab.keyboard.press('Space');
      }
    }
    await this.#look(`wizard-${preset}`);
    await press(tab, 'wizard-review');
    assert.match(await tab.textContent('main'), new RegExp(name));
    await this.#look(`review-${preset}`);
    await press(tab, 'wizard-register');
    const clientId = await tab.textContent('#made-client-id');
    await this.#look(`made-${preset}`);
    const made = { name, preset, redirectUri, scopes, clientId };
    const libraries = { spa: ['oidc-client-ts'], web: ['openid-client'], service: ['curl'] }[preset];
    for (const library of ['Environment', ...libraries]) made[library] = await copied(tab, library, { byButton: this.#script });
    made.env = environment(made.Environment);
    if (preset !== 'spa') {
      const secret = await tab.textContent('#made-secret');
      assert.equal(made.env.OIDC_CLIENT_SECRET ?? made.env.OAUTH_CLIENT_SECRET, secret);
    }
    await press(tab, 'made-stored');
    assert.equal(await tab.textContent('h1'), name);
    await this.#look(`application-${preset}`);
    return made;
  }

  async makesAda() {
    const tab = this.#tab;
    await this.#goes('Users');
    await press(tab, 'user-new');
    for (const field of ['username', 'email', 'name', 'password']) await type(tab, field, ada[field]);
    await press(tab, 'user-create');
    assert.match(await tab.textContent('[role=status]'), /The account is made/);
    await this.#look('user-made');
    return new URL(tab.url()).pathname.split('/').at(-1);
  }

  async bansAda() {
    const tab = this.#tab;
    await this.#goes('Users');
    await type(tab, 'q', 'lovelace');
    await press(tab, 'users-search');
    await tab.locator('#users tbody a').focus();
    await tab.keyboard.press('Enter');
    await tab.locator('#user-ban').waitFor();
    assert.equal(await tab.locator('#grants tbody tr').count(), 2, 'what she uses is there to see');
    await this.#look('user-in-use');
    await press(tab, 'user-ban');
    await type(tab, 'reason', 'Three payments came back.');
    await this.#look('user-ban');
    await press(tab, 'user-ban');
    assert.match(await tab.textContent('#user-banned'), /Three payments came back/);
    assert.equal(await tab.locator('#grants tbody tr').count(), 0);
    await this.#look('user-banned');
  }

  /** Her password was given long ago, so that she is asked for it. */
  async #isAskedForThePassword() {
    await this.#tab.locator('#admin-confirm-form').waitFor();
    await this.#look('confirm');
    await type(this.#tab, 'admin-confirm-password', grace.password);
    await press(this.#tab, 'admin-confirm-submit');
  }

  async #timePasses() {
    await this.#server.sql('UPDATE admin_sessions SET proven_at = proven_at - 360000');
  }

  async rotatesTheKey() {
    const tab = this.#tab;
    await this.#timePasses();
    await this.#goes('Keys');
    const old = await tab.locator('#keys tr', { hasText: 'Active' }).locator('.kid').textContent();
    await press(tab, 'rotate-RS256');
    await this.#isAskedForThePassword();
    await this.#look('rotate');
    await press(tab, 'rotate-now');
    assert.match(await tab.locator('#keys tr', { hasText: old }).textContent(), /Retiring/);
    const now = await tab.locator('#keys tr', { hasText: 'Active' }).locator('.kid').textContent();
    assert.notEqual(now, old);
    await this.#look('rotated');
    return { old, now };
  }

  /** Everything that she did stands in the log: as lines, by filters, with details, and as a file. */
  async readsTheLog({ sub, apps, kid }) {
    const tab = this.#tab;
    await this.#goes('Audit log');
    await type(tab, 'actor', grace.username);
    await press(tab, 'audit-search');
    const told = await tab.locator('#events tbody tr').allTextContents();
    for (const kind of ['api.created', 'client.created', 'user.created', 'user.banned', 'key.rotated']) {
      assert.ok(told.some((line) => line.includes(kind)), `${kind} in ${told.join('\n')}`);
    }
    assert.equal(told.filter((line) => line.includes('client.created')).length, 3);
    for (const { name } of apps) assert.ok(told.some((line) => line.includes(name)), name);
    await this.#look('audit');

    await tab.selectOption('#event', 'user.banned');
    await type(tab, 'subject', ada.username);
    await press(tab, 'audit-search');
    assert.equal(await tab.locator('#events tbody tr').count(), 1);
    await tab.locator('#events th a').focus();
    await tab.keyboard.press('Enter');
    await tab.locator('#event-facts').waitFor();
    assert.match(await tab.textContent('#event-facts'), /grace[\s\S]*ada/);
    await this.#look('audit-ban');
    await press(tab, 'event-request');
    assert.ok(await tab.locator('#events tbody tr', { hasText: 'grant.ended' }).count() === 2, 'what ended with the ban');

    await this.#goes('Audit log');
    await type(tab, 'client_id', apps[1].clientId);
    await press(tab, 'audit-search');
    const atStore = await tab.locator('#events tbody tr').allTextContents();
    for (const kind of ['client.created', 'consent.given', 'grant.ended']) {
      assert.ok(atStore.some((line) => line.includes(kind)), `${kind} in ${atStore.join('\n')}`);
    }

    await this.#goes('Audit log');
    await this.#timePasses();
    await press(tab, 'audit-export');
    await this.#isAskedForThePassword();
    await reach(tab, 'format');
    const [file] = await Promise.all([tab.waitForEvent('download'), reach(tab, 'audit-export').then(() => tab.keyboard.press('Enter'))]);
    const records = (await text(file)).trim().split('\n').map((line) => JSON.parse(line));
    const ban = records.find(({ event }) => event === 'user.banned');
    assert.equal(ban.subject, sub);
    assert.equal(records.filter(({ event, target }) => event === 'key.rotated' && target === kid.now).length, 1);
    await press(tab, 'audit-verify');
    assert.match(await tab.textContent('#chain-whole'), /The audit log is whole/);
    await this.#look('audit-whole');
  }

  /** Keeps a picture, and where it was asked for inspects the page in every rendering. */
  async #look(name) {
    const tab = this.#tab;
    const step = String(this.#pictures++).padStart(2, '0');
    if (!this.#looks) return;
    for (const { name: rendering, options } of renderings) {
      await tab.emulateMedia({ colorScheme: options.colorScheme });
      await tab.setViewportSize(options.viewport ?? wide);
      // Colours that are on their way to others are nobody's to look at.
      await tab.evaluate(() => Promise.all(document.getAnimations().map((running) => running.finished.catch(() => undefined))));
      await inspect(tab, `admin-journey-${step}-${name}-${rendering}`);
    }
    await tab.emulateMedia({ colorScheme: 'light' });
    await tab.setViewportSize(wide);
  }
}

/** What the single-page app is configured by: the block for `.env`, which says the same as the one for oidc-client-ts. */
function browserSettings({ env, 'oidc-client-ts': snippet }) {
  const member = (name) => new RegExp(`${name}: "([^"]*)"`).exec(snippet)?.[1];
  assert.deepEqual(
    [member('authority'), member('client_id'), member('redirect_uri'), member('scope')],
    [env.OIDC_ISSUER, env.OIDC_CLIENT_ID, env.OIDC_REDIRECT_URI, env.OIDC_SCOPE],
  );
  return { issuer: env.OIDC_ISSUER, clientId: env.OIDC_CLIENT_ID, redirectUri: env.OIDC_REDIRECT_URI, scope: env.OIDC_SCOPE };
}

/** Ada goes where the application sends her, and back. */
async function visits(tab, url, back) {
  await tab.goto(String(url));
  await signIn(tab, ada);
  await tab.click('#consent-allow');
  await tab.waitForURL(`${back}?**`);
  return new URL(tab.url());
}

async function signsIn(tab, spa) {
  await tab.goto(spa.origin);
  await tab.locator('#told', { hasText: 'ready' }).waitFor();
  await tab.click('#sign-in');
  await signIn(tab, ada);
  await tab.click('#consent-allow');
  await tab.waitForURL(`${spa.redirectUri}?**`);
  return JSON.parse(await tab.locator('#told', { hasText: 'sub' }).textContent());
}

/** What a button of the single-page app comes to. */
async function asks(tab, button) {
  await tab.evaluate(() => { document.querySelector('#told').textContent = ''; });
  await tab.click(button);
  return JSON.parse(await tab.locator('#told', { hasText: '{' }).textContent());
}

/** The command line and the API name everything as the pages did. */
async function sameByApiAndCommand(server, { sub, apps, kid }) {
  const made = await server.cli(['client', 'create', '--name', 'Auditor', '--type', 'service', '--scope', 'vouchsafe:read']);
  const answer = await fetch(`${server.issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${made.client_id}:${made.client_secret}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  const { access_token: token } = await answer.json();
  const read = async (path) => {
    const found = await fetch(`${server.issuer}/api/v1${path}`, { headers: { authorization: `Bearer ${token}` } });
    assert.equal(found.status, 200, path);
    return found.json();
  };
  for (const { name, preset, redirectUri, scopes, clientId } of apps) {
    const byApi = await read(`/clients/${clientId}`);
    assert.deepEqual(
      [byApi.client_name, byApi.type, byApi.redirect_uris, byApi.scope],
      [name, preset, redirectUri === undefined ? [] : [redirectUri], scopes.join(' ')],
    );
    const { secrets, ...byCommand } = await server.cli(['client', 'show', clientId]);
    assert.deepEqual(byCommand, byApi);
  }
  const [byApi, byCommand] = [await read(`/users/${sub}`), await server.cli(['user', 'show', ada.username])];
  for (const member of ['sub', 'username', 'email', 'banned', 'ban_reason']) assert.deepEqual(byCommand[member], byApi[member], member);
  assert.deepEqual([byApi.banned, byApi.ban_reason], [true, 'Three payments came back.']);
  const keys = await read('/keys');
  assert.deepEqual(await server.cli(['keys', 'list']), keys.items);
  assert.equal(keys.items.find((key) => key.kid === kid.now).state, 'active');
  const bans = await read('/audit?event=user.banned');
  assert.deepEqual(bans.items.map(({ subject }) => subject), [sub]);
}

const header = (token) => JSON.parse(Buffer.from(token.split('.')[0], 'base64url'));

async function text(file) {
  let all = '';
  for await (const part of await file.createReadStream()) all += part;
  return all;
}

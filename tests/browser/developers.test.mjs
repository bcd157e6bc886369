// The pages for developers: the playground with and without script, the inspector that asks nobody, and every page seen by
// axe.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { inspect, renderings, signIn, startBrowser } from '../harness/browser.mjs';
import { addAda, addOrdersApi, addWebClient } from '../harness/people.mjs';
import { startServer } from '../harness/server.mjs';

let browser, server, ada, shop, spa, service;

before(async () => {
  [browser, server] = await Promise.all([startBrowser(), startServer({ 'rate_limits.enabled': false })]);
  ada = await addAda(server);
  await addOrdersApi(server);
  const callback = `${server.issuer}/developers/callback`;
  shop = await addWebClient(server, [callback]);
  spa = await server.cli(['client', 'create', '--name', 'Board', '--type', 'spa', '--redirect-uri', callback, '--scope', 'openid', '--id-token-alg', 'ES256']);
  service = await server.cli(['client', 'create', '--name', 'Nightly export', '--type', 'service', '--scope', 'orders:read']);
});

after(() => Promise.all([browser?.stop(), server?.stop()]));

const open = (tab, path = '') => tab.goto(`${server.issuer}/developers${path}`);

/** Builds a request with these fields and shows it. */
async function build(tab, client, fields = {}) {
  await open(tab, `/playground?client_id=${client.client_id}`);
  for (const [name, value] of Object.entries(fields)) {
    if (name === 'prompt') await tab.selectOption('#prompt', value);
    else await tab.fill(`#${name}`, value);
  }
  await tab.click('#playground-build');
  await tab.locator('#request-raw').waitFor();
}

/** Sends the request, signs in where asked, and presses this button of the consent page where it is shown. */
async function authorize(tab, decision = '#consent-allow') {
  await tab.click('#request-send');
  await tab.locator('#login-form, #consent-form, #checks').first().waitFor();
  if (await tab.locator('#login-form').count() > 0) await signIn(tab, ada);
  await tab.locator('#consent-form, #checks').first().waitFor();
  if (await tab.locator('#consent-form').count() > 0) await tab.click(decision);
  await tab.locator('#checks').waitFor();
}

/** Sends a form of the playground from the page itself. Answers what it shows. */
async function exchange(tab, form) {
  await tab.click(`#${form}-send`);
  await tab.locator(`#${form}-finding`).waitFor();
  const text = async (part) => tab.textContent(`#${form}-${part}`);
  return { request: await text('request'), response: await text('response'), finding: await text('finding') };
}

test('the whole code flow, each step with both its sides', async () => {
  const { tab, trouble, close } = await browser.open();
  await build(tab, shop, { scope: 'openid email offline_access' });
  assert.match(await tab.textContent('#request-raw'), /^GET \/authorize\?client_id=.*code_challenge=.* HTTP\/1\.1\nHost: localhost:/s);
  await authorize(tab);
  assert.match(await tab.textContent('#check-state'), /good.*the one that this browser sent/s);
  await tab.fill('#exchange-client_secret', shop.client_secret);
  const asked = [];
  tab.on('request', (request) => asked.push(request));

  const redeemed = await exchange(tab, 'exchange');
  assert.match(redeemed.request, /^POST \/token HTTP\/1\.1\nHost: localhost:\d+\nContent-Type: application\/x-www-form-urlencoded\n\ngrant_type=authorization_code&code=vac_/);
  assert.match(redeemed.response, /^HTTP\/1\.1 200 OK\n[\s\S]*cache-control: no-store[\s\S]*"access_token": "/);
  assert.match(redeemed.finding, /The nonce of the ID token is the one/);
  const person = await exchange(tab, 'userinfo');
  assert.match(person.request, /^GET \/userinfo HTTP\/1\.1\nHost: .*\nAuthorization: Bearer ey/);
  assert.match(person.response, /"email": "ada@example\.test"/);
  const first = await tab.inputValue('#userinfo-access_token');
  const refreshed = await exchange(tab, 'refresh');
  assert.match(refreshed.response, /^HTTP\/1\.1 200 OK/);
  assert.notEqual(await tab.inputValue('#userinfo-access_token'), first, 'the next step has the new token');
  const revoked = await exchange(tab, 'revocation');
  assert.match(revoked.response, /^HTTP\/1\.1 200 OK/);
  const again = await exchange(tab, 'refresh');
  assert.match(again.response, /^HTTP\/1\.1 400 Bad Request[\s\S]*"error": "invalid_grant"/);
  await tab.click('#refresh-finding a');
  await tab.waitForURL('**/developers/errors#invalid_grant');

  const secret = shop.client_secret;
  for (const { request } of [redeemed, refreshed, revoked]) assert.ok(!request.includes(secret) && request.includes('not-shown'));
  for (const request of asked) {
    assert.ok(!request.url().includes(secret), 'no secret is in an address');
    const holds = (request.postData() ?? '').includes(secret);
    assert.ok(!holds || ['/token', '/revoke'].includes(new URL(request.url()).pathname), request.url());
  }
  assert.deepEqual(trouble, []);
  await close();
});

test('the whole code flow without script', async () => {
  const { tab, close } = await browser.open({ javaScriptEnabled: false });
  await build(tab, shop, { scope: 'openid offline_access', prompt: 'consent' });
  await authorize(tab);
  assert.equal(await tab.locator('.wire:visible').count(), 1, 'what needs script is not there');
  /** Sends a form, reads the JSON that the browser then shows, and goes back. */
  const send = async (form) => {
    await tab.click(`#${form}-send`);
    await tab.waitForURL((url) => !url.pathname.startsWith('/developers'));
    const text = await tab.locator('body').textContent();
    await tab.goBack();
    await tab.locator('#checks').waitFor();
    return text;
  };
  await tab.fill('#exchange-client_secret', shop.client_secret);
  const tokens = JSON.parse(await send('exchange'));
  assert.equal(tokens.token_type, 'Bearer');
  await tab.fill('#userinfo-access_token', tokens.access_token);
  assert.equal(JSON.parse(await send('userinfo')).sub, ada.sub);
  await tab.fill('#refresh-refresh_token', tokens.refresh_token);
  await tab.fill('#refresh-client_secret', shop.client_secret);
  assert.ok(JSON.parse(await send('refresh')).access_token);
  await tab.fill('#refresh-refresh_token', 'not one');
  await tab.fill('#refresh-client_secret', shop.client_secret);
  const refused = JSON.parse(await send('refresh'));
  assert.equal(refused.error_uri, `${server.issuer}/developers/errors#invalid_grant`);
  await close();
});

for (const script of [true, false]) {
  test(`client credentials, ${script ? 'with' : 'without'} script`, async () => {
    const { tab, trouble, close } = await browser.open({ javaScriptEnabled: script });
    await open(tab, '/playground');
    await tab.click('nav.tabs >> text=Client credentials');
    await tab.fill('#credentials-client_id', service.client_id);
    await tab.fill('#credentials-client_secret', service.client_secret);
    if (script) {
      assert.match((await exchange(tab, 'credentials')).response, /^HTTP\/1\.1 200 OK[\s\S]*"scope": "orders:read"/);
    } else {
      await tab.click('#credentials-send');
      await tab.waitForURL('**/token');
      assert.equal(JSON.parse(await tab.locator('body').textContent()).scope, 'orders:read');
    }
    assert.deepEqual(trouble, []);
    await close();
  });
}

test('what goes wrong is said in words', async () => {
  const { tab, trouble, close } = await browser.open();
  const elsewhere = await server.cli(['client', 'create', '--name', 'Elsewhere', '--type', 'spa', '--redirect-uri', 'https://elsewhere.example.test/cb']);
  await build(tab, elsewhere);
  await tab.click('#request-send');
  assert.match(await tab.textContent('#error-reason'), /redirect_uri is not registered/);
  await tab.click('summary');
  await tab.click('#error-explained');
  await tab.waitForURL('**/developers/errors#VS-REDIRECT-URI-NOT-REGISTERED');

  await build(tab, shop, { scope: 'openid profile', prompt: 'consent' });
  await authorize(tab, '#consent-deny');
  assert.match(await tab.textContent('#answer-error'), /access_denied.*The person said no/s);
  assert.equal(await tab.locator('#exchange').count(), 0);
  await tab.click('#answer-explained');
  await tab.waitForURL('**/developers/errors#access_denied');
  // A verifier of another attempt.
  await build(tab, spa, { scope: 'openid' });
  await authorize(tab);
  await tab.fill('#exchange-code_verifier', 'x'.repeat(43));
  const refused = await exchange(tab, 'exchange');
  assert.match(refused.response, /"error": "invalid_grant"/);
  assert.match(refused.finding, /invalid_grant/);
  assert.deepEqual(trouble, []);
  await close();
});

/** The tokens of a client, by the playground. */
async function tokensOf(tab, client) {
  await build(tab, client, { scope: 'openid' });
  await authorize(tab);
  if (client.client_secret) await tab.fill('#exchange-client_secret', client.client_secret);
  const { response } = await exchange(tab, 'exchange');
  return JSON.parse(response.slice(response.indexOf('\n\n')));
}

test('the inspector decodes and checks tokens, and asks only for the key set', async () => {
  const { tab, trouble, close } = await browser.open();
  const rsa = (await tokensOf(tab, shop)).access_token;
  const ecdsa = (await tokensOf(tab, spa)).id_token;
  await open(tab, '/token');
  const asked = [];
  tab.on('request', (request) => {
    // The browser fetches the icon of a page whenever it likes.
    if (!/\/static\/mark\.[0-9a-f]+\.svg$/.test(request.url())) asked.push(`${request.method()} ${request.url()} ${request.postData() ?? ''}`);
  });
  const verdict = async (token, words) => {
    await tab.fill('#inspector-token', token);
    await tab.locator('#inspector-verdict', { hasText: words }).waitFor();
  };
  await verdict(rsa, 'the signature (RS256) holds');
  assert.match(await tab.textContent('#inspector-header'), /kid.*Which key of the key set/s);
  const claims = JSON.parse(Buffer.from(rsa.split('.')[1], 'base64url').toString());
  const expires = tab.locator('#inspector-claims tr', { hasText: 'When it ends' }).locator('time');
  assert.equal(await expires.getAttribute('datetime'), new Date(claims.exp * 1000).toISOString());
  await verdict(ecdsa, 'the signature (ES256) holds');
  const [head, body, signature] = rsa.split('.');
  const forged = Buffer.from(JSON.stringify({ ...claims, sub: 'mallory' })).toString('base64url');
  await verdict([head, forged, signature].join('.'), 'does not hold');
  const changed = (header) => [Buffer.from(JSON.stringify(header)).toString('base64url'), body, signature].join('.');
  await verdict(changed({ alg: 'none' }), 'It is not signed');
  await verdict(changed({ alg: 'RS256', kid: 'elsewhere' }), 'not in the current key set');
  const { kid } = JSON.parse(Buffer.from(head, 'base64url').toString());
  await verdict(changed({ alg: 'PS256', kid }), 'that key is for RS256');
  const hostile = Buffer.from(JSON.stringify({ '<img src=x onerror=alert(1)>': '<script>alert(1)</script>', exp: 1 })).toString('base64url');
  await verdict([head, hostile, signature].join('.'), 'It has expired');
  assert.equal(await tab.locator('#inspector-claims img, #inspector-claims script').count(), 0);
  await verdict('vrt1.k.g.1.mac', 'a refresh token or another secret');
  await verdict('not a token', 'This is not a JWT');
  await verdict('a.b.c.d.e', 'encrypted');
  await verdict('%.%.%', 'not JSON');
  await verdict(rsa, 'holds');
  await tab.press('#inspector-token', 'Enter');
  assert.equal(await tab.inputValue('#inspector-token'), rsa);
  assert.ok(asked.length > 0 && asked.every((request) => request === `GET ${server.issuer}/jwks `), asked.join('\n'));
  const kept = await tab.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie]);
  assert.deepEqual(kept, [0, 0, '']);
  await tab.reload();
  assert.equal(await tab.inputValue('#inspector-token'), '');
  assert.deepEqual(trouble, []);
  await close();
});

test('the inspector says why it needs script', async () => {
  const { tab, close } = await browser.open({ javaScriptEnabled: false });
  await open(tab, '/token');
  assert.match(await tab.textContent('noscript'), /needs JavaScript/);
  assert.equal(await tab.locator('textarea:visible').count(), 0);
  await close();
});

test('an endpoint is copied by its button', async () => {
  const { tab, context, trouble, close } = await browser.open();
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await open(tab);
  await tab.click('[data-copy=token_endpoint]');
  await tab.locator('[data-copy=token_endpoint]', { hasText: 'Copied' }).waitFor();
  assert.equal(await tab.evaluate(() => navigator.clipboard.readText()), `${server.issuer}/token`);
  assert.deepEqual(trouble, []);
  await close();
});

/** How each page is reached. */
const pages = {
  start: (tab) => open(tab),
  'start-raw': async (tab) => {
    await open(tab);
    for (const summary of await tab.locator('summary').all()) await summary.click();
  },
  errors: (tab) => open(tab, '/errors#invalid_grant'),
  inspector: (tab) => open(tab, '/token'),
  playground: (tab) => open(tab, '/playground'),
  'playground-mistake': async (tab) => {
    await open(tab, '/playground/request');
    assert.ok(await tab.locator('#form-errors').evaluate((element) => element === document.activeElement));
  },
  request: (tab) => build(tab, shop, { scope: 'openid', resource: 'https://orders.example.test/an/identifier/that/is/rather/long' }),
  answer: async (tab) => {
    await build(tab, spa, { scope: 'openid' });
    await authorize(tab);
  },
  exchanged: async (tab) => {
    await exchange(tab, 'exchange');
    await exchange(tab, 'userinfo');
  },
  inspected: async (tab) => {
    const token = await tab.inputValue('#userinfo-access_token');
    await open(tab, '/token');
    await tab.fill('#inspector-token', token);
    await tab.locator('#inspector-verdict', { hasText: 'holds' }).waitFor();
  },
  'answer-error': async (tab) => {
    await build(tab, shop, { scope: 'openid profile', prompt: 'consent' });
    await authorize(tab, '#consent-deny');
  },
  'answer-foreign': (tab) => open(tab, `/callback?code=${'x'.repeat(300)}&state=other&iss=https://elsewhere.example.test`),
  'answer-none': (tab) => open(tab, '/callback'),
  'client-credentials': async (tab) => {
    await open(tab, '/playground/client-credentials');
    await tab.fill('#credentials-client_id', service.client_id);
    await exchange(tab, 'credentials');
  },
};

for (const { name: rendering, options } of renderings) {
  test(`the pages for developers are clean in ${rendering}`, async (t) => {
    const { tab, trouble, close } = await browser.open(options);
    for (const [name, reach] of Object.entries(pages)) {
      await t.test(name, async () => {
        await reach(tab);
        await inspect(tab, `developers-${name}-${rendering}`);
      });
    }
    assert.deepEqual(trouble, []);
    await close();
  });
}

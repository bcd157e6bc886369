// A single-page app on an origin of its own: openid-client in the browser, configured by what somebody pasted.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { ending } from './ending.mjs';

const modules = fileURLToPath(new URL('../node_modules/', import.meta.url));

/** Where the browser finds what the library imports. */
const imports = {
  'openid-client': '/modules/openid-client/build/index.js',
  oauth4webapi: '/modules/oauth4webapi/build/index.js',
  'jose/jwe/compact/decrypt': '/modules/jose/dist/webapi/jwe/compact/decrypt.js',
  'jose/errors': '/modules/jose/dist/webapi/util/errors.js',
};

/**
 * Starts it. `configure({ issuer, clientId, redirectUri, scope })` sets it up. Its page at `origin` has a button `#sign-in`;
 * behind the redirect URI it shows in `#told` whom it knows, and `#refresh` and `#ask` show there what came of them.
 */
export async function startSpa() {
  let settings = {};
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    const [type, body] = pathname.startsWith('/modules/')
      ? ['text/javascript', await readFile(modules + pathname.slice('/modules/'.length)).catch(() => undefined)]
      : ['text/html', page(settings)];
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': `${type}; charset=utf-8` }).end(body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://localhost:${server.address().port}`;
  return {
    origin,
    redirectUri: `${origin}/signed-in`,
    configure(found) {
      settings = found;
    },
    stop: ending(() => new Promise((closed) => {
      server.close(closed);
      server.closeAllConnections();
    })),
  };
}

const page = (settings) => `<!doctype html><title>Shop window</title><link rel="icon" href="data:,">
<script type="importmap">${JSON.stringify({ imports })}</script>
<button id="sign-in">Sign in</button> <button id="refresh">Refresh</button> <button id="ask">Who is it</button>
<pre id="told"></pre>
<script type="module">
import * as client from 'openid-client';

const settings = ${JSON.stringify(settings)};
const told = (facts) => { document.querySelector('#told').textContent = JSON.stringify(facts); };
const on = (id, act) => document.querySelector(id).addEventListener('click', async () => {
  told(await act().catch((error) => ({ refused: error.error ?? error.cause?.[0]?.parameters?.error ?? error.code, status: error.status })));
});
const config = await client.discovery(new URL(settings.issuer), settings.clientId, undefined, client.None(), {
  execute: [client.allowInsecureRequests],
});
let tokens;

on('#sign-in', async () => {
  const [verifier, state] = [client.randomPKCECodeVerifier(), client.randomState()];
  sessionStorage.setItem('begun', JSON.stringify({ verifier, state }));
  location.href = client.buildAuthorizationUrl(config, {
    redirect_uri: settings.redirectUri,
    scope: settings.scope,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
  });
});
on('#refresh', async () => {
  tokens = await client.refreshTokenGrant(config, tokens.refresh_token);
  return { refreshed: tokens.access_token !== undefined };
});
on('#ask', () => client.fetchUserInfo(config, tokens.access_token, client.skipSubjectCheck));

if (new URL(location.href).searchParams.has('code')) {
  const { verifier, state } = JSON.parse(sessionStorage.getItem('begun'));
  tokens = await client.authorizationCodeGrant(config, new URL(location.href), { pkceCodeVerifier: verifier, expectedState: state });
  told({ sub: tokens.claims().sub });
} else {
  told({ ready: true });
}
</script>`;

// openid-client from npm registers a client at the running server, and signs somebody in with it.
import '../harness/webcrypto.mjs';
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { addAda } from '../harness/people.mjs';
import { startServer } from '../harness/server.mjs';
import { Visitor } from '../harness/visitor.mjs';

const library = await import('openid-client');
const callback = 'https://app.example.test/callback';
const overHttp = { execute: [library.allowInsecureRequests] };
// What the library authenticates by unless it is told: the body.
const authentications = { client_secret_basic: library.ClientSecretBasic, none: library.None };
const wanted = { client_name: 'Tideline', redirect_uris: [callback], grant_types: ['authorization_code', 'refresh_token'] };

/** The whole code flow of a client that registered itself. */
async function signedIn(config, server, person) {
  const [verifier, nonce] = [library.randomPKCECodeVerifier(), library.randomNonce()];
  const address = library.buildAuthorizationUrl(config, {
    redirect_uri: callback,
    scope: 'openid email offline_access',
    prompt: 'consent',
    nonce,
    code_challenge: await library.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  });
  const back = await new Visitor(server.issuer).authorize(address.href, person);
  return library.authorizationCodeGrant(config, back, { pkceCodeVerifier: verifier, expectedNonce: nonce, idTokenExpected: true });
}

for (const dynamic of ['open', 'token']) {
  describe(`registration by openid-client, ${dynamic}`, () => {
    let server, ada;
    before(async () => {
      server = await startServer({ 'registration.dynamic': dynamic });
      ada = await addAda(server);
    });
    after(() => server?.stop());

    const register = async (metadata) => {
      const made = dynamic === 'token' ? await server.cli(['client', 'initial-token']) : {};
      const options = { ...overHttp, initialAccessToken: made.initial_access_token };
      const authentication = authentications[metadata.token_endpoint_auth_method]?.();
      return library.dynamicClientRegistration(new URL(server.issuer), metadata, authentication, options);
    };

    for (const method of ['client_secret_basic', 'client_secret_post', 'none']) {
      test(`a client with ${method} signs people in and refreshes`, async () => {
        const config = await register({ ...wanted, token_endpoint_auth_method: method });
        assert.equal(config.clientMetadata().client_secret === undefined, method === 'none');
        const tokens = await signedIn(config, server, ada);
        assert.equal(tokens.claims().sub, ada.sub);
        const renewed = await library.refreshTokenGrant(config, tokens.refresh_token);
        assert.equal((await library.fetchUserInfo(config, renewed.access_token, ada.sub)).email, ada.email);
      });
    }

    test('what cannot be registered is refused with its code', async () => {
      await assert.rejects(register({ ...wanted, redirect_uris: ['http://app.example.test/'] }), { error: 'invalid_redirect_uri' });
    });
  });
}

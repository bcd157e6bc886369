// openid-client from npm, used as its documentation says, against the running server.
import '../harness/webcrypto.mjs';
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { onEachDatabase } from '../harness/databases.mjs';
import { addAda, addOrdersApi, addWebClient } from '../harness/people.mjs';
import { Visitor } from '../harness/visitor.mjs';

const library = await import('openid-client');
const callback = 'https://app.example.test/callback';
const overHttp = { execute: [library.allowInsecureRequests] };

onEachDatabase('openid-client', (server) => {
  let ada, web;

  before(async () => {
    ada = await addAda(server());
    await addOrdersApi(server());
    web = await addWebClient(server(), [callback], ['--scope', 'orders:read']);
  });

  const discover = (client, how) => library.discovery(new URL(server().issuer), client.client_id, client.client_secret, how, overHttp);

  /** The whole code flow. Answers the library's configuration and what it got. */
  async function signedIn(config, scope) {
    const [verifier, state, nonce] = [library.randomPKCECodeVerifier(), library.randomState(), library.randomNonce()];
    const address = library.buildAuthorizationUrl(config, {
      redirect_uri: callback,
      scope,
      state,
      nonce,
      code_challenge: await library.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    const back = await new Visitor(server().issuer).authorize(address.href, ada);
    return library.authorizationCodeGrant(config, back, {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: nonce,
      idTokenExpected: true,
    });
  }

  test('discovery says what the server can do', async () => {
    const facts = (await discover(web)).serverMetadata();
    assert.equal(facts.issuer, server().issuer);
    assert.ok(facts.supportsPKCE());
    assert.equal(facts.authorization_response_iss_parameter_supported, true);
  });

  for (const [name, how] of [['client_secret_basic', library.ClientSecretBasic], ['client_secret_post', library.ClientSecretPost]]) {
    test(`code with PKCE, UserInfo and refresh, by ${name}`, async () => {
      const config = await discover(web, how(web.client_secret));
      const tokens = await signedIn(config, 'openid profile email offline_access');
      const claims = tokens.claims();
      assert.equal(claims.sub, ada.sub);
      assert.equal(claims.aud, web.client_id);
      const person = await library.fetchUserInfo(config, tokens.access_token, claims.sub);
      assert.equal(person.email, ada.email);
      assert.equal(person.name, ada.name);
      const renewed = await library.refreshTokenGrant(config, tokens.refresh_token);
      assert.notEqual(renewed.access_token, tokens.access_token);
      assert.equal(renewed.claims()?.sub ?? ada.sub, ada.sub);
      await library.fetchUserInfo(config, renewed.access_token, ada.sub);
    });
  }

  test('a public client rotates its refresh token, and a replay ends the grant', async () => {
    const grants = ['--grant', 'authorization_code', '--grant', 'refresh_token'];
    const words = ['client', 'create', '--name', 'Browser app', '--type', 'spa', '--redirect-uri', callback, ...grants];
    const spa = await server().cli([...words, '--scope', 'openid', '--scope', 'offline_access']);
    assert.equal(spa.client_secret, undefined);
    const config = await discover(spa, library.None());
    const first = await signedIn(config, 'openid offline_access');
    const second = await library.refreshTokenGrant(config, first.refresh_token);
    assert.notEqual(second.refresh_token, first.refresh_token);
    const third = await library.refreshTokenGrant(config, second.refresh_token);
    await assert.rejects(library.refreshTokenGrant(config, first.refresh_token), { error: 'invalid_grant' });
    await assert.rejects(library.refreshTokenGrant(config, third.refresh_token), { error: 'invalid_grant' });
    await assert.rejects(library.fetchUserInfo(config, third.access_token, ada.sub));
  });

  test('client credentials', async () => {
    const words = ['client', 'create', '--name', 'Stock robot', '--type', 'service', '--grant', 'client_credentials'];
    const robot = await server().cli([...words, '--scope', 'orders:read']);
    const config = await discover(robot);
    const tokens = await library.clientCredentialsGrant(config, { scope: 'orders:read' });
    assert.equal(tokens.scope ?? 'orders:read', 'orders:read');
    assert.equal(tokens.token_type, 'bearer');
    assert.equal(tokens.refresh_token, undefined);
    const refused = library.clientCredentialsGrant(config, { scope: 'orders:unheard-of' });
    await assert.rejects(refused, { error: 'invalid_scope' });
  });

  test('a wrong secret is told as such', async () => {
    const config = await discover({ ...web, client_secret: 'wrong' });
    // The library tells a 401 with a challenge apart from other errors of the protocol.
    await assert.rejects(library.refreshTokenGrant(config, 'anything'), { status: 401 });
  });
});

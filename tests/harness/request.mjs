// Authorization requests as an application makes them: state, nonce, PKCE.
import { createHash, randomBytes } from 'node:crypto';

const random = () => randomBytes(32).toString('base64url');

/** The address to send a browser to, and what is needed to use the answer. `more` replaces or adds parameters. */
export function authorization(issuer, client, redirectUri, more = {}) {
  const verifier = random();
  const parameters = {
    client_id: client.client_id,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid profile',
    state: random(),
    nonce: random(),
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...more,
  };
  const url = `${issuer}/authorize?${new URLSearchParams(parameters)}`;
  return { url, verifier, state: parameters.state, nonce: parameters.nonce, redirectUri };
}

/** Redeems a code as a confidential client. Answers the parsed token response. */
export async function redeem(issuer, client, request, code) {
  const secret = `${encodeURIComponent(client.client_id)}:${encodeURIComponent(client.client_secret)}`;
  const answer = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(secret).toString('base64')}` },
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: request.redirectUri,
      code_verifier: request.verifier,
    }),
  });
  return { status: answer.status, ...(await answer.json()) };
}

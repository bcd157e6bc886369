// Made-up people and applications, entered by the command line as an operator would.

/** Ada, who signs in. */
export async function addAda(server) {
  const person = { username: 'ada', email: 'ada@example.test', name: 'Ada Lovelace', password: 'copper lantern forty two' };
  const words = ['user', 'create', '--username', person.username, '--email', person.email, '--name', person.name];
  const { sub } = await server.cli([...words, '--password-stdin'], person.password);
  return { ...person, sub };
}

/** A confidential web application that may keep a grant alive. Answers `client_id` and `client_secret`. */
export function addWebClient(server, redirectUris, more = []) {
  const grants = ['--grant', 'authorization_code', '--grant', 'refresh_token'];
  const scopes = ['openid', 'profile', 'email', 'offline_access'].flatMap((scope) => ['--scope', scope]);
  const uris = redirectUris.flatMap((uri) => ['--redirect-uri', uri]);
  return server.cli(['client', 'create', '--name', 'Storefront', '--type', 'web', ...grants, ...scopes, ...uris, ...more]);
}

/** An API that owns the scope `orders:read`. */
export function addOrdersApi(server, identifier = 'https://orders.example.test') {
  const scope = 'orders:read=Read your orders';
  return server.cli(['api', 'create', '--identifier', identifier, '--name', 'Orders', '--scope', scope]);
}

// Decodes and checks a token in the page. The token goes nowhere: the one request is for the public key set.
const inspector = document.getElementById('inspector');
const field = document.getElementById('inspector-token');
const verdict = document.getElementById('inspector-verdict');
const result = document.getElementById('inspector-result');

/** What is longer is no token of anybody's. */
const LONGEST = 64 * 1024;
const TIMES = ['exp', 'iat', 'nbf', 'auth_time', 'updated_at'];

/** How the browser checks a signature (RFC 7518 §3.1, RFC 8037), and what of a key it needs for that. */
const ALGORITHMS = {
  RS256: { kty: 'RSA', members: ['n', 'e'], key: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, check: { name: 'RSASSA-PKCS1-v1_5' } },
  PS256: { kty: 'RSA', members: ['n', 'e'], key: { name: 'RSA-PSS', hash: 'SHA-256' }, check: { name: 'RSA-PSS', saltLength: 32 } },
  ES256: { kty: 'EC', members: ['crv', 'x', 'y'], key: { name: 'ECDSA', namedCurve: 'P-256' }, check: { name: 'ECDSA', hash: 'SHA-256' } },
  EdDSA: { kty: 'OKP', members: ['crv', 'x'], key: { name: 'Ed25519' }, check: { name: 'Ed25519' } },
};

function bytesOf(text) {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) throw new Error('is not base64url');
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

function objectOf(text, what) {
  let value;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytesOf(text)));
  } catch {
    throw new Error(`The ${what} is not JSON in base64url.`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`The ${what} is not a JSON object.`);
  return value;
}

/** The parts of a compact JWS (RFC 7515 §7.1). Throws what is wrong, in words. */
function decode(text) {
  if (text.length > LONGEST) throw new Error('This is too long for a token.');
  if (/^(vrt\d\.|v[a-z]+_)/.test(text)) throw new Error('This is not a JWT but a code, a refresh token or another secret: it says nothing to anybody but the server.');
  const parts = text.split('.');
  if (parts.length === 5) throw new Error('This token is encrypted (five parts): only its recipient can read it.');
  if (parts.length !== 3) throw new Error('This is not a JWT: it has no three parts with dots between them.');
  const [header, claims, signature] = parts;
  return { header: objectOf(header, 'header'), claims: objectOf(claims, 'payload'), signed: `${header}.${claims}`, signature };
}

/** Whether the signature holds: `{ kind, words }`. */
async function check({ header, signed, signature }) {
  if (header.alg === 'none') return { kind: 'bad', words: 'It is not signed (alg none). Nobody may take it.' };
  const response = await fetch(inspector.dataset.jwks, { credentials: 'omit' }).catch(() => undefined);
  if (!response?.ok) return { kind: 'warn', words: 'The key set could not be read, so the signature is not checked.' };
  const { keys } = await response.json();
  const key = keys.find((known) => known.kid === header.kid);
  if (!key) return { kind: 'bad', words: 'Its key (kid) is not in the current key set of this server: it is of another issuer, or its key was taken out.' };
  const inSet = 'Its key (kid) is in the current key set';
  if (key.alg !== header.alg) return { kind: 'bad', words: `${inSet}, but that key is for ${key.alg}, not for ${header.alg}. Nobody may take it.` };
  const algorithm = ALGORITHMS[header.alg];
  if (!algorithm || key.kty !== algorithm.kty || !crypto.subtle) return { kind: 'warn', words: `${inSet}. This browser cannot check ${header.alg} here.` };
  const jwk = Object.fromEntries(['kty', ...algorithm.members].map((name) => [name, key[name]]));
  let imported;
  try {
    imported = await crypto.subtle.importKey('jwk', jwk, algorithm.key, false, ['verify']);
  } catch {
    return { kind: 'warn', words: `${inSet}. This browser cannot check ${header.alg}.` };
  }
  let holds = false;
  try {
    holds = await crypto.subtle.verify(algorithm.check, imported, bytesOf(signature), new TextEncoder().encode(signed));
  } catch {
    // A signature that cannot be read does not hold.
  }
  return holds
    ? { kind: 'ok', words: `${inSet}, and the signature (${header.alg}) holds.` }
    : { kind: 'bad', words: `${inSet}, but the signature does not hold: the token was changed, or is not of this server.` };
}

/** What its times and its issuer say, beside the signature. */
function findings(claims) {
  const now = Date.now() / 1000;
  const found = [];
  if (typeof claims.exp === 'number' && claims.exp <= now) found.push('It has expired.');
  if (typeof claims.nbf === 'number' && claims.nbf > now) found.push('It is not valid yet.');
  if (claims.iss !== inspector.dataset.issuer) found.push('It does not name this server as its issuer.');
  return found;
}

function cell(row, label, child) {
  const element = document.createElement('td');
  element.dataset.l = label;
  element.append(child);
  row.append(element);
}

function shown(name, value) {
  const code = document.createElement('code');
  code.dir = 'ltr';
  code.textContent = typeof value === 'string' ? value : JSON.stringify(value);
  const at = new Date(TIMES.includes(name) && typeof value === 'number' ? value * 1000 : Number.NaN);
  if (Number.isNaN(at.getTime())) return code;
  const time = document.createElement('time');
  time.dateTime = at.toISOString();
  time.className = 'under';
  time.textContent = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'long' }).format(at);
  const both = document.createElement('span');
  both.append(code, time);
  return both;
}

function list(place, meanings, members) {
  const rows = Object.entries(members).map(([name, value]) => {
    const row = document.createElement('tr');
    const head = document.createElement('th');
    head.scope = 'row';
    const code = document.createElement('code');
    code.textContent = name;
    head.append(code);
    row.append(head);
    cell(row, 'Value', shown(name, value));
    const known = [...document.querySelectorAll(`#${meanings} tr[data-member]`)].find((one) => one.dataset.member === name);
    cell(row, 'Meaning', known?.querySelector('td').textContent ?? 'Not one that this server gives a meaning.');
    return row;
  });
  document.getElementById(place).replaceChildren(...rows);
}

function tell(kind, words) {
  verdict.className = kind === '' ? 'note' : `note ${kind}`;
  verdict.textContent = words;
}

let latest = 0;

async function inspect() {
  const turn = ++latest;
  const text = field.value.trim();
  result.hidden = true;
  if (text === '') return tell('', 'Nothing to inspect yet.');
  let token;
  try {
    token = decode(text);
  } catch (error) {
    return tell('bad', error.message);
  }
  list('inspector-header', 'known-header', token.header);
  list('inspector-claims', 'known-claims', token.claims);
  result.hidden = false;
  tell('', 'Checking the signature.');
  const { kind, words } = await check(token);
  // What was pasted meanwhile has its own verdict.
  if (turn !== latest) return undefined;
  const found = findings(token.claims);
  return tell(kind === 'ok' && found.length > 0 ? 'warn' : kind, [words, ...found].join(' '));
}

field.addEventListener('input', () => void inspect());
field.addEventListener('keydown', (event) => {
  // A token has no second line, and Enter sends it nowhere.
  if (event.key === 'Enter') event.preventDefault();
});
document.getElementById('inspector-clear').addEventListener('click', () => {
  field.value = '';
  void inspect();
  field.focus();
});
field.value = '';
inspector.hidden = false;

// Sends the forms of the playground from the page itself and shows both sides of each exchange. Without it the browser
// sends them and shows the answer alone.
const LONGEST_SHOWN = 100_000;

const part = (form, name) => document.getElementById(`${form.id}-${name}`);

/** The request of a form: what is fetched, and how it reads. A secret is sent and not shown. */
function requestOf(form) {
  const fields = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ''));
  const { host, pathname } = new URL(form.action);
  const token = fields.get('access_token');
  if (token !== null) {
    const headers = { authorization: `Bearer ${token}` };
    return { init: { headers }, text: `GET ${pathname} HTTP/1.1\nHost: ${host}\nAuthorization: Bearer ${token}` };
  }
  const shown = new URLSearchParams(fields);
  if (shown.has('client_secret')) shown.set('client_secret', 'not-shown');
  const head = `POST ${pathname} HTTP/1.1\nHost: ${host}\nContent-Type: application/x-www-form-urlencoded`;
  return { init: { method: 'POST', body: fields }, text: `${head}\n\n${shown}` };
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** How a response reads. */
async function read(response) {
  const body = (await response.text()).slice(0, LONGEST_SHOWN);
  const headers = [...response.headers].map(([name, value]) => `${name}: ${value}`);
  const text = [`HTTP/1.1 ${response.status} ${response.statusText}`.trim(), ...headers, '', pretty(body)].join('\n');
  let members = {};
  try {
    members = JSON.parse(body) ?? {};
  } catch {
    // An empty answer has none.
  }
  return { text, members };
}

/** The nonce of an ID token, unchecked: what comes from the token endpoint itself needs no signature (OpenID Core §3.1.3.7). */
function nonceOf(token) {
  try {
    const payload = token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/');
    const bytes = Uint8Array.from(atob(payload), (character) => character.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes)).nonce;
  } catch {
    return undefined;
  }
}

/** What a developer should see in an answer. */
function findingOf(form, ok, members) {
  if (!ok) {
    const code = typeof members.error === 'string' ? members.error : undefined;
    const words = code ? `The server answered ${code}.` : 'The server refused.';
    return { kind: 'bad', words, code };
  }
  const sent = form.dataset.nonce;
  if (sent === undefined || typeof members.id_token !== 'string') return { kind: 'ok', words: 'The server did as it was asked.' };
  return nonceOf(members.id_token) === sent
    ? { kind: 'ok', words: 'The nonce of the ID token is the one that this browser sent.' }
    : { kind: 'bad', words: 'The nonce of the ID token is not the one that this browser sent. An application must not take it.' };
}

function tell(form, { kind, words, code }) {
  const place = part(form, 'finding');
  place.className = `note ${kind}`;
  place.textContent = words;
  if (code !== undefined) {
    const link = document.createElement('a');
    link.href = `/developers/errors#${encodeURIComponent(code)}`;
    link.textContent = `What ${code} means`;
    place.append(link);
  }
  place.hidden = false;
}

/** Puts the tokens of an answer where the next steps want them. */
function carry(members) {
  const fill = (id, value) => {
    const field = document.getElementById(id);
    if (field && typeof value === 'string') field.value = value;
  };
  fill('userinfo-access_token', members.access_token);
  fill('refresh-refresh_token', members.refresh_token);
  fill('revocation-token', members.refresh_token ?? members.access_token);
}

async function send(form) {
  const { init, text } = requestOf(form);
  const button = part(form, 'send');
  button.setAttribute('aria-busy', 'true');
  part(form, 'finding').hidden = true;
  part(form, 'raw').hidden = true;
  part(form, 'request').textContent = text;
  try {
    const response = await fetch(form.action, { ...init, credentials: 'omit', cache: 'no-store', redirect: 'error' });
    const { text: answer, members } = await read(response);
    part(form, 'response').textContent = answer;
    if (response.ok) carry(members);
    tell(form, findingOf(form, response.ok, members));
  } catch {
    part(form, 'response').textContent = '';
    tell(form, { kind: 'bad', words: 'The server could not be reached.' });
  }
  part(form, 'raw').hidden = false;
  button.removeAttribute('aria-busy');
}

const secrets = document.querySelectorAll('input[name=client_secret]');
for (const secret of secrets) {
  // Nobody should have to type it for each step.
  secret.addEventListener('change', () => {
    for (const other of secrets) other.value = secret.value;
  });
}

for (const form of document.querySelectorAll('form[method=post]')) {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void send(form);
  });
}

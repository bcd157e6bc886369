// schemathesis from PyPI against the administration API: it reads the description and tries to find an answer that breaks
// it. The database has rows, and every second request is for one of them. The seed is fixed and the examples are few, so
// that a run is short and can be repeated.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { onEachDatabase } from '../harness/databases.mjs';
import { addAda, addOrdersApi, addWebClient } from '../harness/people.mjs';
import { authorization, redeem } from '../harness/request.mjs';
import { Visitor } from '../harness/visitor.mjs';

const schemathesis = join(dirname(process.env.PYTHON ?? '/usr/bin/python3'), 'schemathesis');
const beside = (name) => fileURLToPath(new URL(name, import.meta.url));

function run(words, folder, seeds) {
  const env = { ...process.env, SCHEMATHESIS_HOOKS: beside('admin_api_hooks.py'), SEEDS: JSON.stringify(seeds) };
  return new Promise((resolve) => {
    execFile(schemathesis, words, { cwd: folder, env, timeout: 600_000, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      resolve({ status: error ? (error.code ?? 1) : 0, told: stdout + stderr });
    });
  });
}

/** Something of everything that the API is about. Answers who and what stays until the end. */
async function fill(server) {
  const ada = await addAda(server);
  for (const name of ['ben', 'cleo', 'dora', 'eve']) {
    const words = ['user', 'create', '--username', name, '--email', `${name}@example.test`, '--password-stdin'];
    await server.cli(words, 'copper lantern forty four');
    await server.cli(['api', 'create', '--identifier', `https://${name}.example.test`, '--name', name, '--scope', `${name}:read`]);
    await server.cli(['client', 'create', '--name', name, '--type', 'service', '--scope', `${name}:read`]);
  }
  await server.cli(['user', 'ban', 'cleo', '--reason', 'Three payments came back']);
  await addOrdersApi(server);
  for (let tokens = 0; tokens < 8; tokens++) await server.cli(['client', 'initial-token', '--uses', '2']);
  await server.cli(['api', 'create', '--identifier', 'https://bills.example.test', '--name', 'Bills', '--scope', 'bills:read']);
  const callback = 'https://app.example.test/callback';
  const shop = await addWebClient(server, [callback], ['--scope', 'orders:read']);
  for (const [person, scope] of [[ada, 'openid'], [ada, 'openid offline_access orders:read'], [{ username: 'ben', password: 'copper lantern forty four' }, 'openid']]) {
    const sent = authorization(server.issuer, shop, callback, { scope, prompt: 'consent' });
    const back = await new Visitor(server.issuer).authorize(sent.url, person);
    assert.equal((await redeem(server.issuer, shop, sent, back.searchParams.get('code'))).status, 200);
  }
  return { ada, shop };
}

/** The names of rows as paths have them, by the names that they have there, and of those that stay. */
async function rows(api, { ada, shop }) {
  const names = async (path, member) => (await api(path)).items.map((row) => row[member]);
  const apis = (await api('/apis')).items.filter(({ name }) => ['Orders', 'Bills'].includes(name)).map(({ id }) => id);
  const kept = [ada.sub, shop.client_id, ...apis, ...(await names(`/users/${ada.sub}/sessions`, 'session_id'))];
  const found = {
    sub: await names('/users', 'sub'),
    client_id: await names('/clients', 'client_id'),
    secret: await names(`/clients/${shop.client_id}/secrets`, 'id'),
    id: [...(await names('/apis', 'id')), ...(await names('/initial-tokens', 'id'))],
    kid: await names('/keys', 'kid'),
    session_id: await names('/sessions', 'session_id'),
    gid: await names('/grants', 'gid'),
  };
  return { rows: found, kept: [...kept, ...found.gid] };
}

onEachDatabase('schemathesis', (server) => {
  test('it finds nothing in the administration API', async () => {
    const { issuer, cli, folder } = server();
    const held = await fill(server());
    const words = ['client', 'create', '--name', 'Robot', '--type', 'service', '--scope', 'vouchsafe:read vouchsafe:write vouchsafe:signal'];
    const { client_id, client_secret } = await cli(words);
    const answer = await fetch(`${issuer}/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'client_credentials', resource: `${issuer}/api`, client_id, client_secret }),
    });
    const { access_token } = await answer.json();
    const authorized = { headers: { authorization: `Bearer ${access_token}` } };
    const api = async (path) => {
      const found = await fetch(`${issuer}/api/v1${path}`, authorized);
      assert.equal(found.status, 200, path);
      return found.json();
    };
    const { kid } = JSON.parse(Buffer.from(access_token.split('.')[0], 'base64url'));
    const seeds = { own: [client_id, kid], ...(await rows(api, held)) };
    const report = join(folder, 'report.json');
    const { status, told } = await run([
      '--config-file', beside('schemathesis.toml'),
      'run', `${issuer}/api/openapi.json`, '--header', `Authorization: Bearer ${access_token}`,
      '--phases', 'examples,coverage,fuzzing,stateful', '--max-examples', '6', '--seed', '1', '--no-color',
      '--report', 'json', '--report-json-path', report,
    ], folder, seeds);
    assert.equal(status, 0, told);
    // The checks prove something only of what was done: an operation that answered nothing but refusals has been missed.
    // The names of rows are random, and so is which few of the operations meet none that is there.
    const { valid_rates: rates } = JSON.parse(await readFile(report, 'utf8'));
    const missed = Object.entries(rates).filter(([, phases]) => Object.values(phases).every(({ accepted }) => accepted === 0));
    const operations = Object.keys(rates).length;
    assert.ok(operations >= 50 && missed.length <= 17, missed.map(([operation]) => operation).join('\n'));
    await api('/users');
  });
}, { 'rate_limits.enabled': false });

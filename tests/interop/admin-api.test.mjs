// schemathesis from PyPI against the administration API: it reads the description and tries to find an answer that breaks
// it. The seed is fixed and the examples are few, so that a run is short and can be repeated.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { onEachDatabase } from '../harness/databases.mjs';

const schemathesis = join(dirname(process.env.PYTHON ?? '/usr/bin/python3'), 'schemathesis');

function run(words, folder) {
  return new Promise((resolve) => {
    execFile(schemathesis, words, { cwd: folder, timeout: 240_000, maxBuffer: 1 << 26 }, (error, stdout) => {
      resolve({ status: error ? (error.code ?? 1) : 0, told: stdout });
    });
  });
}

onEachDatabase('schemathesis', (server) => {
  test('it finds nothing in the administration API', async () => {
    const { issuer, cli, folder } = server();
    const words = ['client', 'create', '--name', 'Robot', '--type', 'service', '--scope', 'vouchsafe:read vouchsafe:write'];
    const { client_id, client_secret } = await cli(words);
    const answer = await fetch(`${issuer}/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'client_credentials', resource: `${issuer}/api`, client_id, client_secret }),
    });
    const { access_token } = await answer.json();
    const { status, told } = await run([
      'run', `${issuer}/api/openapi.json`, '--header', `Authorization: Bearer ${access_token}`,
      '--phases', 'fuzzing', '--max-examples', '8', '--seed', '1', '--no-color',
      '--checks', 'not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance',
    ], folder);
    assert.equal(status, 0, told);
  });
});

// Authlib from PyPI against the running server; authlib_client.py is the client.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { onEachDatabase } from '../harness/databases.mjs';
import { addAda, addWebClient } from '../harness/people.mjs';

const script = fileURLToPath(new URL('authlib_client.py', import.meta.url));

function client(given) {
  return new Promise((resolve, reject) => {
    const python = execFile(process.env.PYTHON ?? 'python3', [script], (error, stdout, stderr) => {
      if (error) reject(new Error(stderr));
      else resolve(JSON.parse(stdout));
    });
    python.stdin.end(JSON.stringify(given));
  });
}

onEachDatabase('Authlib', (server) => {
  let ada, web;
  const callback = 'https://app.example.test/callback';

  before(async () => {
    ada = await addAda(server());
    web = await addWebClient(server(), [callback]);
  });

  for (const method of ['client_secret_basic', 'client_secret_post']) {
    test(`code with PKCE, ID token, UserInfo and refresh, by ${method}`, async () => {
      const { issuer } = server();
      const { client_id, client_secret } = web;
      const got = await client({ issuer, client_id, client_secret, redirect_uri: callback, ...ada, method });
      assert.equal(got.sub, ada.sub);
      assert.equal(got.userinfo.sub, ada.sub);
      assert.equal(got.userinfo.email, ada.email);
      assert.ok(got.renewed);
      assert.equal(got.status, 200);
    });
  }
});

// Runs the same tests against a server on each database.
import { after, before, describe } from 'node:test';
import { startPostgres } from './postgres.mjs';
import { startServer } from './server.mjs';

/** `tests(server)` declares tests; `server()` is the running server once they run. */
export function onEachDatabase(title, tests) {
  describe(`${title} on SQLite`, () => withServer(tests, async () => ({})));
  describe(`${title} on PostgreSQL`, () => {
    let cluster;
    before(async () => {
      cluster = await startPostgres();
    });
    withServer(tests, async () => ({ 'database.url': await cluster.freshDatabase() }));
    after(() => cluster?.stop());
  });
}

function withServer(tests, settings) {
  let server;
  before(async () => {
    server = await startServer(await settings());
  });
  tests(() => server);
  after(() => server?.stop());
}

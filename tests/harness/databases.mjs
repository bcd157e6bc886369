// Runs the same tests against a server on each database.
import { execFile } from 'node:child_process';
import { after, before, describe } from 'node:test';
import { promisify } from 'node:util';
import { startPostgres } from './postgres.mjs';
import { startServer } from './server.mjs';

/** Runs a statement in an SQLite database that a server has open. Python has the library, Node of our age has not. */
async function inSqlite(file, statement) {
  const program = 'import sqlite3, sys\nwith sqlite3.connect(sys.argv[1], timeout=10) as db: db.execute(sys.argv[2])';
  await promisify(execFile)('python3', ['-c', program, file, statement]);
}

/**
 * `tests(server, place)` declares tests; `server()` is the running server once they run, on which `server().sql(…)` runs
 * a statement that no verb has. `more` are keys of its configuration.
 */
export function onEachDatabase(title, tests, more = {}) {
  describe(`${title} on SQLite`, () => withServer(tests, 'SQLite', async () => ({
    settings: more,
    sql: (server, statement) => inSqlite(`${server.folder}/data/vouchsafe.db`, statement),
  })));
  describe(`${title} on PostgreSQL`, () => {
    let cluster;
    before(async () => {
      cluster = await startPostgres();
    });
    withServer(tests, 'PostgreSQL', async () => {
      const url = await cluster.freshDatabase();
      return { settings: { ...more, 'database.url': url }, sql: (_, statement) => cluster.sql(url, statement) };
    });
    after(() => cluster?.stop());
  });
}

function withServer(tests, place, prepare) {
  let server;
  before(async () => {
    const { settings, sql } = await prepare();
    server = await startServer(settings);
    server.sql = (statement) => sql(server, statement);
  });
  tests(() => server, place);
  after(() => server?.stop());
}

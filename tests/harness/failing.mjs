// Journeys that fail, for tests/browser/failing.test.mjs: each leaves its server to the harness. `FAILS` says where.
import { before, describe, test } from 'node:test';
import { onEachDatabase } from './databases.mjs';
import { startServer } from './server.mjs';

const fails = process.env.FAILS;

/** A server whose process the caller may look for. */
async function startsOne() {
  const server = await startServer();
  console.log(`server ${server.pid}`);
}

async function breaks() {
  await startsOne();
  throw new Error('broken on purpose');
}

if (fails === 'test') test('a test that fails before it stops its server', breaks);

if (fails === 'before') {
  before(breaks);
  test('a test that never runs', () => {});
}

if (fails === 'beside') {
  // One of two that start together fails, so that nobody is told of the other.
  before(() => Promise.all([startsOne(), Promise.reject(new Error('broken on purpose'))]));
  test('a test that never runs', () => {});
}

if (fails === 'suite') {
  describe('a suite', () => {
    before(breaks);
    test('a test that never runs', () => {});
  });
}

if (fails === 'databases') {
  onEachDatabase('a journey that fails', (server) => {
    test('on each database', () => {
      console.log(`server ${server().pid}`);
      throw new Error('broken on purpose');
    });
  });
}

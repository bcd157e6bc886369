// A journey that fails ends, and nothing that it started outlives it: otherwise whoever waits for the tests waits for ever.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { bound } from '../harness/ending.mjs';

const journeys = fileURLToPath(new URL('../harness/failing.mjs', import.meta.url));

/** Runs the journey that fails at this place, without anything that would force it to end. */
function run(fails) {
  const env = { ...process.env, FAILS: fails };
  // Else it would take itself for a part of this run.
  delete env.NODE_TEST_CONTEXT;
  const child = bound(spawn(process.execPath, [journeys], { env, stdio: ['ignore', 'pipe', 'inherit'] }));
  let told = '';
  child.stdout.on('data', (chunk) => { told += chunk; });
  return new Promise((resolve) => child.on('close', (status) => resolve({ status, told })));
}

function isRunning(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

for (const [fails, servers] of [['test', 1], ['before', 1], ['beside', 0], ['suite', 1], ['databases', 2]]) {
  // A journey that hung would never be closed: the deadline is what makes this test fail.
  test(`a failure in: ${fails}`, { timeout: 120_000 }, async () => {
    const { status, told } = await run(fails);
    assert.notEqual(status, 0, told);
    assert.match(told, /broken on purpose/);
    const pids = [...told.matchAll(/server (\d+)/g)].map(([, pid]) => Number(pid));
    assert.ok(pids.length >= servers, told);
    assert.deepEqual(pids.filter(isRunning), [], told);
  });
}

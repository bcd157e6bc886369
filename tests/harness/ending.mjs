// Whatever a test file starts ends with that file, however its tests went: what is left over keeps `node --test` waiting
// for ever.
import { after } from 'node:test';

/** What has not ended yet, in the order in which it was started. */
const living = new Set();
const processes = new Set();
let over = false;

/**
 * Remembers how something ends that was just started. Answers the way to end it now: it ends once, however often that
 * is called, and at the latest behind the last test of the file.
 */
export function ending(end) {
  let ended;
  const once = () => {
    living.delete(once);
    ended ??= Promise.resolve().then(end);
    return ended;
  };
  living.add(once);
  // What was still starting when the tests failed has nobody left who would end it.
  if (over) once().catch(() => {});
  return once;
}

/** Binds the life of a child process to that of this one, should nothing else have ended it. Answers the child. */
export function bound(child) {
  processes.add(child);
  child.once('exit', () => processes.delete(child));
  return child;
}

/** Asks a child process to stop, and waits until it has. One that does not obey is killed, and that is a failure. */
export async function stopped(child, signal = 'SIGTERM', patience = 20_000) {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  let killed = false;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  const late = setTimeout(() => {
    killed = true;
    child.kill('SIGKILL');
  }, patience);
  child.kill(signal);
  await exit;
  clearTimeout(late);
  if (killed) throw new Error(`${child.spawnfile} did not stop within ${patience} ms of ${signal}`);
}

after(async () => {
  over = true;
  // The last one first: a server before its database.
  for (const end of [...living].reverse()) await end();
});

process.on('exit', () => {
  for (const child of processes) child.kill('SIGKILL');
});

// The server in a folder of its own, and its command line.
import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { setDefaultResultOrder } from 'node:dns';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bound, ending, stopped } from './ending.mjs';

// The server listens on 127.0.0.1; older Nodes try only the first address of `localhost`.
setDefaultResultOrder('ipv4first');

const root = fileURLToPath(new URL('../..', import.meta.url));
const target = process.env.TARGET ?? join(root, 'target');

/** The program under test. */
export const program = process.env.VOUCHSAFE ?? join(target, 'debug/vouchsafe');

/** A folder under target/ that stays after the tests. */
export async function keptFolder(name) {
  const folder = join(target, name);
  await mkdir(folder, { recursive: true });
  return folder;
}

/** A port on which nobody listens now, followed by `more` others. */
export async function freePort(more = 0) {
  for (;;) {
    const [port] = await take(0);
    const taken = await Promise.allSettled(Array.from({ length: more }, (_, n) => take(port + n + 1)));
    if (taken.every((result) => result.status === 'fulfilled')) return port;
  }
}

function take(port) {
  return new Promise((resolve, reject) => {
    const listener = createServer();
    listener.once('error', reject);
    listener.listen(port, '127.0.0.1', () => {
      const { port: found } = listener.address();
      listener.close(() => resolve([found]));
    });
  });
}

/** A folder for one run of the program, removed by `remove()` or the end of the file. */
export async function scratchFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'vouchsafe-journey-'));
  return { folder, remove: ending(() => rm(folder, { recursive: true, force: true })) };
}

/**
 * Starts a server. `settings` are keys of the configuration file, such as `{'rate_limits.sign_in.per_account': '3/15m'}`.
 * Answers its issuer, `cli(words, stdin)` for its command line, `pid`, and `stop()`, which also the end of the file calls.
 */
export async function startServer(settings = {}) {
  const { folder, remove } = await scratchFolder();
  const port = await freePort();
  const issuer = `http://localhost:${port}`;
  const config = join(folder, 'vouchsafe.toml');
  const keys = {
    issuer,
    listen: `127.0.0.1:${port}`,
    data_dir: join(folder, 'data'),
    'keys.dir': join(folder, 'keys'),
    'log.format': 'json',
    ...settings,
  };
  const lines = Object.entries(keys).map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`);
  await writeFile(config, lines.join(''), { mode: 0o600 });

  const server = bound(spawn(program, ['serve', '--config', config], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] }));
  const log = [];
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (chunk) => log.push(chunk));
  server.on('error', (error) => log.push(String(error)));
  const stop = ending(async () => {
    try {
      await stopped(server);
    } finally {
      await remove();
    }
  });
  try {
    await ready(`${issuer}/readyz`, server);
  } catch (error) {
    await stop();
    throw new Error(`the server did not start: ${error.message}\n${log.join('')}`);
  }
  return { issuer, folder, pid: server.pid, cli: (words, stdin) => cli(config, words, stdin), log: () => log.join(''), stop };
}

async function ready(address, server) {
  const deadline = Date.now() + 30_000;
  while (Date.now() < deadline) {
    const end = server.exitCode ?? server.signalCode ?? (server.pid === undefined ? 'nothing' : null);
    if (end !== null) throw new Error(`it ended with ${end}`);
    const answer = await fetch(address).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${address} never answered 200`);
}

/** Runs a verb with `--json` and answers what it prints. */
function cli(config, words, stdin = '') {
  return new Promise((resolve, reject) => {
    const child = execFile(program, [...words, '--config', config, '--json'], (error, stdout, stderr) => {
      if (error) reject(new Error(`vouchsafe ${words.join(' ')}: status ${error.code}\n${stderr}`));
      else resolve(stdout.trim() === '' ? undefined : JSON.parse(stdout));
    });
    // A verb that reads nothing may be gone before its input is closed.
    child.stdin.on('error', () => {});
    child.stdin.end(stdin);
  });
}

/** Text of a file of the project. */
export const projectFile = (path) => readFile(join(root, path), 'utf8');

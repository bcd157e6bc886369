// A PostgreSQL cluster for one test file; tests/postgres.sh removes it when this process ends.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ending } from './ending.mjs';

/** Starts a cluster. `freshDatabase()` gives the URL of an empty database in it. */
export async function startPostgres() {
  const script = spawn(fileURLToPath(new URL('../postgres.sh', import.meta.url)), {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const stop = ending(async () => {
    const ended = new Promise((resolve) => script.on('exit', resolve));
    script.stdin.end();
    if (script.exitCode === null && script.signalCode === null) await ended;
  });
  const lines = createInterface({ input: script.stdout })[Symbol.asyncIterator]();
  const { value: ready = '' } = await lines.next();
  const [word, address] = ready.split(' ');
  if (word !== 'ready') throw new Error('PostgreSQL did not start; tests/postgres.sh says above why');
  let databases = 0;
  const obey = async (order) => {
    script.stdin.write(`${order}\n`);
    const { value: answer } = await lines.next();
    if (answer !== 'done') throw new Error(`PostgreSQL did not obey: ${order}`);
  };
  return {
    /** Runs a statement in the database with this URL. */
    sql: (url, statement) => obey(`sql ${new URL(url).pathname.slice(1)} ${statement}`),
    async freshDatabase() {
      const name = `journey_${databases++}`;
      await obey(`create ${name}`);
      return `${address}/${name}`;
    },
    stop,
  };
}

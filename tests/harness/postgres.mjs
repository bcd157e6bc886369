// A PostgreSQL cluster for one test file; tests/postgres.sh removes it when this process ends.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Starts a cluster. `freshDatabase()` gives the URL of an empty database in it. */
export async function startPostgres() {
  const script = spawn(fileURLToPath(new URL('../postgres.sh', import.meta.url)), {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: script.stdout })[Symbol.asyncIterator]();
  const { value: ready = '' } = await lines.next();
  const [word, address] = ready.split(' ');
  if (word !== 'ready') throw new Error('PostgreSQL did not start; tests/postgres.sh says above why');
  let databases = 0;
  return {
    async freshDatabase() {
      const name = `journey_${databases++}`;
      script.stdin.write(`create ${name}\n`);
      const { value: answer } = await lines.next();
      if (answer !== 'done') throw new Error(`the database ${name} was not made`);
      return `${address}/${name}`;
    },
    async stop() {
      const ended = new Promise((resolve) => script.on('exit', resolve));
      script.stdin.end();
      await ended;
    },
  };
}

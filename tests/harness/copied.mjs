// Settings that the administration offers to copy, and programs that are made of nothing else.
import './webcrypto.mjs';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** The text of the settings for a library, as somebody copies it: by the button where there is script. */
export async function copied(tab, library, { byButton }) {
  const block = tab.locator('details.snippets').filter({ has: tab.locator('summary', { hasText: library }) });
  if (!await block.evaluate((details) => details.open)) await block.locator('summary').click();
  const shown = await block.locator('code').first().textContent();
  if (!byButton) return shown;
  await block.locator('[data-copy]').first().click();
  await block.locator('[data-copy]', { hasText: 'Copied' }).first().waitFor();
  return tab.evaluate(() => navigator.clipboard.readText());
}

/** The variables of a block for `.env`. */
export function environment(text) {
  const lines = text.trim().split('\n').map((line) => /^(\w+)="?([^"]*)"?$/.exec(line));
  return Object.fromEntries(lines.map(([, name, value]) => [name, value]));
}

/**
 * Runs the settings for openid-client as they are: `visit(url)` is the browser between the way out and the way back.
 * Answers the library, its configuration and its tokens.
 */
export async function runOpenidClient(text, env, visit) {
  const client = await import('openid-client');
  const [imported, ...rest] = text.trim().split('\n');
  if (imported !== 'import * as client from "openid-client";') throw new Error(`unexpected: ${imported}`);
  const program = rest.join('\n').replace('// On the way back', 'const requestUrl = await visit(url);\n// On the way back');
  const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor;
  const run = new AsyncFunction('client', 'process', 'visit', 'console', `${program}\nreturn { config, tokens };`);
  return { client, ...await run(client, { env }, visit, { log() {} }) };
}

/** Runs a call of curl as it is. Answers the JSON that it prints. */
export async function runInShell(text, env) {
  const { PATH } = process.env;
  const { stdout } = await promisify(execFile)('sh', ['-c', text], { env: { PATH, ...env } });
  return JSON.parse(stdout);
}

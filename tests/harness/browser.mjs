// Chromium, and a watch on everything that a page of ours may not do.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { ending } from './ending.mjs';
import { keptFolder } from './server.mjs';

const quiet = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage',
];

const axe = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Starts the browser. It ends with this process at the latest: Playwright sees to that. */
export async function startBrowser() {
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  const browser = await chromium.launch({ executablePath, args: quiet });
  return {
    /** A fresh profile with one tab; `options` are Playwright's. Its `trouble` lists what no page may do. */
    async open(options = {}) {
      const context = await browser.newContext({ viewport: { width: 1180, height: 800 }, locale: 'en-GB', ...options });
      context.setDefaultTimeout(15_000);
      const trouble = [];
      context.on('page', (tab) => watch(tab, trouble));
      return { tab: await context.newPage(), trouble, context, close: () => context.close() };
    },
    stop: ending(() => browser.close()),
  };
}

/** Notes refusals of the content security policy, script errors, and requests that a page makes to another origin. */
function watch(tab, trouble) {
  tab.on('console', (message) => {
    if (/content.security.policy|trusted.?type/i.test(message.text())) trouble.push(message.text());
  });
  tab.on('pageerror', (error) => trouble.push(`script error: ${error.message}`));
  tab.on('request', (request) => {
    if (request.isNavigationRequest() || request.url().startsWith('data:')) return;
    const [from, to] = [new URL(request.frame().url()).origin, new URL(request.url()).origin];
    if (from !== to) trouble.push(`${from} asks ${request.url()}`);
  });
}

/** What the application's page says it was sent. */
export async function answer(tab) {
  return JSON.parse(await tab.locator('#answer', { hasText: '{' }).textContent());
}

/** Types a name and a password into the sign-in page and sends them. */
export async function signIn(tab, person, password = person.password) {
  await tab.fill('#login-username', person.username);
  await tab.fill('#login-password', password);
  await tab.click('#login-submit');
}

/** Keeps a picture in target/screenshots. */
export async function picture(tab, name) {
  await tab.screenshot({ path: join(await keptFolder('screenshots'), `${name}.png`), fullPage: true });
}

/** Fails for every fault that axe finds, for a page that scrolls sideways, and for one without its one heading. */
export async function inspect(tab, name) {
  await picture(tab, name);
  const source = await axe;
  await tab.evaluate(source);
  const faults = await tab.evaluate(async () => {
    const { violations } = await window.axe.run(document, { resultTypes: ['violations'] });
    return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.html).join(' ')}`);
  });
  assert.deepEqual(faults, [], `${name}: axe`);
  const page = await tab.evaluate(() => ({
    wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    headings: document.querySelectorAll('h1').length,
    language: document.documentElement.lang,
    direction: document.documentElement.dir,
  }));
  assert.equal(page.wide, 0, `${name} scrolls sideways by ${page.wide} px`);
  assert.equal(page.headings, 1, `${name} has one h1`);
  assert.ok(page.language !== '' && page.direction !== '', `${name} says its language and direction`);
}

/** The renderings in which every page is inspected. */
export const renderings = [
  { name: 'light', options: { colorScheme: 'light' } },
  { name: 'dark', options: { colorScheme: 'dark' } },
  { name: 'phone', options: { colorScheme: 'light', viewport: { width: 360, height: 740 } } },
  { name: 'narrow-dark', options: { colorScheme: 'dark', viewport: { width: 320, height: 500 } } },
];

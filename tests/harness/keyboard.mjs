// A person who has no mouse: Tab, Enter, Space, arrows and letters.
import assert from 'node:assert/strict';

/** Presses Tab until the element with this id has the focus. */
export async function reach(tab, id) {
  for (let steps = 0; steps < 150; steps++) {
    if (await tab.evaluate((id) => document.activeElement?.id === id, id)) return;
    await tab.keyboard.press('Tab');
  }
  assert.fail(`the keyboard does not reach #${id} at ${tab.url()}`);
}

/** Goes to an element of a page of the administration by the keyboard and presses it. */
export async function press(tab, id) {
  await reach(tab, id);
  const before = tab.url();
  await tab.keyboard.press('Enter');
  await tab.waitForFunction((before) => location.href !== before, before).catch(() => {});
  await tab.locator('#main h1').waitFor();
}

/** Goes to a field by the keyboard and types into it. */
export async function type(tab, id, text) {
  await reach(tab, id);
  await tab.keyboard.press('Control+A');
  await tab.keyboard.type(text);
}

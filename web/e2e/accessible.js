// Whether a page can be used by everybody, as far as a program can tell, and the looks in which that is checked.
import AxeBuilder from '@axe-core/playwright';
import assert from 'node:assert/strict';

export async function check(page, where) {
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']).analyze();
  const found = violations.map(({ id, help, nodes }) => `${id}: ${help}\n    ${nodes.map(({ html }) => html.slice(0, 200)).join('\n    ')}`);
  assert.deepEqual(found, [], where);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.equal(wide, 0, `${where} is wider than the window`);
}

export const looks = [
  { colorScheme: 'light', locale: 'en-US', width: 1280, height: 800 },
  { colorScheme: 'dark', locale: 'ko-KR', width: 1280, height: 720 },
  { colorScheme: 'light', locale: 'ko-KR', width: 360, height: 740 },
  { colorScheme: 'dark', locale: 'en-US', width: 360, height: 740 },
];

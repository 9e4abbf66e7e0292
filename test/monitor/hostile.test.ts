import type { Page } from 'playwright-core';
import { expect, it, onTestFinished } from 'vitest';
import { testFolder } from '../cli/folder.ts';
import { dtbusHere } from '../cli/run-here.ts';
import { axeFindings, describeInChromium } from './in-chromium.ts';

const MARKUP = '<img src=x onerror=document.title=1><script>document.title=2</script>';
/** Would turn what stands behind it, ring a bell, and set the title of a terminal. */
const TURNS = 'a\u202eb\u200f\u0007\u001b]0;x';
const TURNS_SHOWN = String.raw`a\u202eb\u200f\x07\x1b]0;x`;
const LONG = 'w'.repeat(5000);

/** Nothing of a stranger became a part of the page or ran, and nothing makes a person scroll sideways. */
async function isHarmless(page: Page, title: string): Promise<void> {
  expect(await page.locator('img, body script:not([type])').count()).toBe(0);
  expect(await page.title()).toBe(title);
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: 860 });
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
    expect(await axeFindings(page)).toEqual([]);
  }
  const shown = await page.locator('body').innerText();
  for (const character of '\u202e\u200f\u0007\u001b') expect(shown).not.toContain(character);
}

describeInChromium('names and texts of strangers', (chrome) => {
  const folder = testFolder();
  it('are shown as text in a report', async () => {
    const text = (value: string) => JSON.stringify(value);
    folder.write(
      'evil.bus',
      `dtbus-recording 1
bus i2c-1 /i2c
part i2c-1 48 __proto__ national,lm75
part i2c-1 49 ${text(MARKUP)} ${'x'.repeat(200)}
line constructor /gpio 0
line ${text(`</script>${MARKUP}`)} /gpio 1
+0 i2c-1 48 w 00, r 19 00 by ${text(MARKUP)}
+0 i2c-1 49 w 00 by ${text(`${MARKUP}${TURNS}${LONG}`)}
+0 constructor rises
+0 i2c-1 48 w! ENXIO struck ${text(`${MARKUP}</script>`)}
`,
    );
    expect(await dtbusHere('report', folder.path('evil.bus'), '-o', folder.path('evil.html'))).toMatchObject({
      status: 0,
      err: '',
    });
    const page = await chrome.browser.newPage();
    onTestFinished(() => page.close());
    await page.goto(`file://${folder.path('evil.html')}`);
    await page.locator('[data-n="4"]').click();
    await page.locator('.detail', { hasText: 'injected fault' }).waitFor();
    await page.locator('[data-n="2"]').click();
    await page.locator('.detail', { hasText: `${MARKUP}${TURNS_SHOWN}www` }).waitFor();
    await isHarmless(page, 'dtbus report');
  });
});

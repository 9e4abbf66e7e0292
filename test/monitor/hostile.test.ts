import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, it, onTestFinished } from 'vitest';
import { testFolder } from '../cli/folder.ts';
import { dtbusHere } from '../cli/run-here.ts';
import { axeFindings, describeInChromium, openAll } from './in-chromium.ts';
import { monitored } from './monitored.ts';

const MARKUP = '<img src=x onerror=document.title=1><script>document.title=2</script>';
/** Would turn what stands behind it, ring a bell, and set the title of a terminal. */
const TURNS = 'a\u202eb\u200f\u0007\u001b]0;x';
const TURNS_SHOWN = String.raw`a\u202eb\u200f\x07\x1b]0;x`;
const LONG = 'w'.repeat(5000);

/** A part of a stranger: all that a data sheet and its model can say. */
const model = (folder: string) =>
  writeFileSync(
    join(folder, 'evil.mjs'),
    `export const parts = [{
      compatible: ['acme,evil'],
      title: ${JSON.stringify(MARKUP + TURNS + LONG)},
      bus: { i2c: { form: 'byte registers', address: 0x10 } },
      registers: { ID: { at: 0, reset: 7, fields: { A: 0, B: [2, 1] } } },
      senses: {
        level: { range: [0, 10], unit: ${JSON.stringify(MARKUP)}, doc: ${JSON.stringify(MARKUP + TURNS)} },
        note: { kind: 'text', initial: ${JSON.stringify(MARKUP + TURNS + LONG)}, doc: 'x' },
      },
      shows: {
        text: { kind: 'text', doc: 'a screen' },
        said: { kind: 'text', doc: ${JSON.stringify(TURNS)} },
        led0: { kind: 'number', range: [0, 1], doc: ${JSON.stringify(MARKUP)} },
        contents: { kind: 'bytes', doc: ${JSON.stringify(MARKUP)} },
      },
      model: () => ({
        properties: {
          get text() { return ${JSON.stringify(`${MARKUP}\n${TURNS}\n`)}; },
          get said() { return ${JSON.stringify(MARKUP + TURNS + LONG)}; },
          get led0() { return Number.NaN; },
          get contents() { return new TextEncoder().encode(${JSON.stringify(MARKUP)}); },
        },
      }),
    }];
    `,
  );

const BOARD = `/dts-v1/;
/ {
	model = "${MARKUP}";
	i2c {
		compatible = "platform,virtio-i2c";
		#address-cells = <1>;
		#size-cells = <0>;
		__proto__@10 { compatible = "acme,evil"; reg = <0x10>; dtbus,model = "./evil.mjs"; };
		constructor@11 { compatible = "national,lm75"; reg = <0x11>; };
		toString@68 { compatible = "maxim,ds3231"; reg = <0x68>; };
		hasOwnProperty@40 { compatible = "nxp,pca9685-pwm"; reg = <0x40>; };
		valueOf@50 { compatible = "atmel,24c32"; reg = <0x50>; };
		odd@30 { compatible = "${MARKUP}"; reg = <0x30>; };
	};
	gpio: gpio { compatible = "platform,virtio-gpio"; gpio-controller; #gpio-cells = <2>; ngpios = <3>;
		gpio-line-names = "${MARKUP}", "__proto__", "${'n'.repeat(2000)}"; };
};
`;

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
  const { opened } = chrome;

  it('are shown as text in every panel of a part', async () => {
    const served = await monitored(BOARD, { before: model });
    const page = await opened(served);
    expect(served.board.problems.map(({ sentence }) => sentence)).toEqual([]);
    const panels = page.locator('details.panel');
    await expect.poll(() => panels.count()).toBe(5);
    await page.locator('pre.screen', { hasText: TURNS_SHOWN }).waitFor();
    await openAll(page, { registers: 4, memory: 2 });
    await expect.poll(() => page.locator('.registers table').count()).toBe(4);
    await expect.poll(() => page.locator('.memory pre').count()).toBe(2);
    const evil = panels.first();
    await evil.locator('.registers', { hasText: 'A=1' }).waitFor();
    await evil.locator('.memory pre', { hasText: '<img src' }).waitFor();
    await expect
      .poll(() => evil.locator('summary').first().innerText())
      .toContain(`${MARKUP}${TURNS_SHOWN}w`);
    // Each can be set by its path, and changes what it names.
    await evil.getByRole('slider', { name: 'level', exact: true }).fill('7');
    await expect.poll(() => served.board.part('/i2c/__proto__@10').get('level')).toBe(7);
    await served.ask({ call: 'inject', text: 'nack /i2c/constructor@11' });
    await page.locator('.faults', { hasText: 'constructor@11' }).waitFor();
    await isHarmless(page, 'dtbus monitor');
  });

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
+0 i2c-1 49 w 00 by ${text(`${MARKUP}${LONG}`)}
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
    await page.locator('.detail', { hasText: MARKUP }).waitFor();
    await isHarmless(page, 'dtbus report');
  });
});

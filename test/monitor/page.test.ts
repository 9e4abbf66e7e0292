import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, it, onTestFinished } from 'vitest';
import { findControl } from '../../src/board/index.ts';
import { dtbusHere } from '../cli/run-here.ts';
import { axeFindings, describeInChromium } from './in-chromium.ts';
import { BOARD, monitored, PARTLY_REAL } from './monitored.ts';

const TEMPERATURE = [
  { addr: 0x48, write: Uint8Array.of(0) },
  { addr: 0x48, read: 2 },
] as const;

describeInChromium('the page, in Chromium', (chrome) => {
  const { opened } = chrome;
  const rows = (page: Page) => page.locator('.space .row');
  const counted = (page: Page, text: string) => page.locator('.count', { hasText: text }).waitFor();

  it('shows all of 10,000 transfers in their order, and moves on with them', async () => {
    const served = await monitored();
    const page = await opened(served);
    const bus = served.board.open('/dev/i2c-0');
    for (let i = 0; i < 10_000; i++) {
      bus.transferSync(TEMPERATURE);
      if (i % 500 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await counted(page, '10000 events');
    await page.locator('[data-n="10000"]').waitFor();
    const numbers = await rows(page).evaluateAll((all) =>
      all.map((row) => Number(row.getAttribute('data-n'))),
    );
    expect(numbers).toEqual(Array.from(numbers, (_, i) => (numbers[0] as number) + i));
    await expect
      .poll(() => page.locator('[data-n="10000"]').innerText())
      .toContain('read TEMP (0x00): 19 00');
    // Whoever looks back is left there.
    await page.locator('.rows').hover();
    await page.mouse.wheel(0, -2000);
    await page.getByRole('button', { name: 'Follow' }).waitFor();
  });

  it('sets by a slider what the next read gives', async () => {
    const served = await monitored();
    const page = await opened(served);
    const slider = page.locator('[data-part="/i2c/temp@48"] input[type=range]');
    await slider.fill('40');
    await expect.poll(() => served.board.part('&temp').get('temperature')).toBe(40);
    expect(served.board.open('/dev/i2c-0').transferSync(TEMPERATURE)).toEqual([Uint8Array.of(40, 0)]);
    await page.locator('.space .row', { hasText: 'read TEMP (0x00): 28 00' }).waitFor();
  });

  it('puts a fault in, shows how often it struck, and takes it out', async () => {
    const served = await monitored();
    const page = await opened(served);
    const read = () => served.board.open('/dev/i2c-0').transferSync(TEMPERATURE);
    await page.getByLabel('Fault to inject').fill('nack &temp');
    await page.keyboard.press('Enter');
    await page.locator('.faults', { hasText: 'struck 0 of 0' }).waitFor();
    expect(read).toThrow('ENXIO');
    await page
      .locator('.faults', { hasText: 'nack on &temp' })
      .filter({ hasText: 'struck 1 of 1' })
      .waitFor();
    await page.getByRole('button', { name: 'Remove fault 1' }).click();
    await page.locator('.faults li').waitFor({ state: 'detached' });
    expect(read()).toHaveLength(1);
  });

  it('keeps the time under the mouse where it is, when it zooms', async () => {
    const served = await monitored();
    const page = await opened(served);
    served.board.open('/dev/i2c-0').transferSync(TEMPERATURE);
    await rows(page).nth(0).click();
    const canvas = page.locator('.timeline canvas');
    const { x, y, width } = (await canvas.boundingBox()) as { x: number; y: number; width: number };
    // Labels take 92 px; the transfer begins 0.3 of its length behind the edge of a view of 1.6 of its length.
    const start = 92 + (width - 92) * (0.3 / 1.6);
    const mark = async (at: number) => canvas.click({ position: { x: at, y: 40 }, modifiers: ['Shift'] });
    await mark(start);
    await page.mouse.move(x + start, y + 40);
    for (let i = 0; i < 6; i++) await page.mouse.wheel(0, i < 4 ? -100 : 100);
    await mark(start);
    const text = await page.locator('.tools output').innerText();
    const [, time, unit] = /: ([\d.]+) (.+)$/.exec(text) ?? [];
    expect([unit, Number(time) < 1]).toEqual(['µs', true]);
  });

  it('shows a display dot by dot as its model has it', async () => {
    const served = await monitored();
    const page = await opened(served);
    const bus = served.board.open('/dev/i2c-0');
    // SSD1306 data sheet: on, horizontal addressing, columns and rows as modules are mounted; then dots of page 0.
    bus.transferSync([{ addr: 0x3c, write: Uint8Array.of(0, 0x8d, 0x14, 0xaf, 0x20, 0, 0xa1, 0xc8) }]);
    bus.transferSync([{ addr: 0x3c, write: Uint8Array.of(0x40, 0x01, 0x80, 0xff, 0x5a) }]);
    const dots = () =>
      page.evaluate<string[]>(`(() => {
        const canvas = document.querySelector('canvas.dots');
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        const lit = [];
        for (let y = 0; y < canvas.height; y++)
          for (let x = 0; x < canvas.width; x++)
            if (data[4 * (y * canvas.width + x)] > 100) lit.push(x + ',' + y);
        return lit;
      })()`);
    const wanted = [0x01, 0x80, 0xff, 0x5a].flatMap((byte, x) =>
      Array.from({ length: 8 }, (_, y) => y)
        .filter((y) => (byte >> y) & 1)
        .map((y) => `${x},${y}`),
    );
    await expect.poll(async () => new Set(await dots()), { timeout: 20_000 }).toEqual(new Set(wanted));
  });

  it('links rows and waves: each selects the other', async () => {
    const served = await monitored();
    const page = await opened(served);
    const bus = served.board.open('/dev/i2c-0');
    bus.transferSync(TEMPERATURE);
    expect(() => bus.transferSync([{ addr: 0x33, read: 1 }])).toThrow('ENXIO');
    await rows(page).nth(1).click();
    await page.locator('.row[aria-selected=true][data-n="2"]').waitFor();
    await expect.poll(() => page.locator('.detail').innerText()).toContain('i2ctransfer -y 0 r1@0x33');
    expect(await page.locator('.detail').innerText()).not.toContain('toHaveSent');
    // The wave of the second is in the middle now. Of the first: further left, behind a step out.
    await rows(page).nth(0).click();
    await page.locator('.row[aria-selected=true][data-n="1"]').waitFor();
    await expect
      .poll(() => page.locator('.detail').innerText())
      .toContain("expect(board).toHaveSent('i2c-0 48 w 00, r 19 00');");
    await rows(page).nth(1).click();
    await page.locator('.row[aria-selected=true][data-n="2"]').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.rows').focus();
    await page.keyboard.press('ArrowUp');
    await page.locator('.row[aria-selected=true][data-n="1"]').waitFor();
    const canvas = page.locator('.timeline canvas');
    const box = (await canvas.boundingBox()) as { width: number };
    // Its wave fills the middle of the first lane: nothing is selected by a click beside it.
    await canvas.click({ position: { x: 92 + (box.width - 92) / 2, y: 40 } });
    await page.locator('.row[aria-selected=true][data-n="1"]').waitFor();
  });

  it('filters by what is read, and by what failed', async () => {
    const served = await monitored();
    const page = await opened(served);
    const bus = served.board.open('/dev/i2c-0');
    for (let i = 0; i < 5; i++) bus.transferSync(TEMPERATURE);
    expect(() => bus.transferSync([{ addr: 0x33, read: 1 }])).toThrow('ENXIO');
    await counted(page, '6 events');
    await page.getByLabel('Filter', { exact: true }).fill('temp@48 read');
    await counted(page, '5 of 6 events');
    await page.getByLabel('Filter', { exact: true }).fill('!');
    await counted(page, '1 of 6 events');
    await expect.poll(() => rows(page).innerText()).toContain('ENXIO');
  });

  it('is the same again behind a reload, and in a second tab', async () => {
    const served = await monitored();
    const context = await chrome.browser.newContext();
    const page = await opened(served, context);
    const bus = served.board.open('/dev/i2c-0');
    for (let i = 0; i < 7; i++) bus.transferSync(TEMPERATURE);
    await counted(page, '7 events');
    // The token is not in the address any more.
    expect(page.url()).toBe(`${served.origin}/`);
    await page.reload();
    await counted(page, '7 events');
    const second = await opened(served, context);
    await counted(second, '7 events');
  });

  it('says that the board has ended, and goes on when it is back', async () => {
    const served = await monitored();
    const page = await opened(served);
    served.board.open('/dev/i2c-0').transferSync(TEMPERATURE);
    await counted(page, '1 events');
    await served.end();
    await page.getByRole('alert').filter({ hasText: 'the board has ended' }).first().waitFor();
    const board = await served.begin();
    await page.getByRole('alert').first().waitFor({ state: 'detached' });
    board.open('/dev/i2c-0').transferSync(TEMPERATURE);
    await counted(page, '2 events');
    expect(await rows(page).count()).toBe(2);
  });

  it('saves what the filter shows, without the token in an address', async () => {
    const served = await monitored();
    const page = await opened(served);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    const bus = served.board.open('/dev/i2c-0');
    bus.transferSync(TEMPERATURE);
    expect(() => bus.transferSync([{ addr: 0x33, read: 1 }])).toThrow('ENXIO');
    await counted(page, '2 events');
    const saved = async (button: string) => {
      const waiting = page.waitForEvent('download');
      await page.getByRole('button', { name: button, exact: true }).click();
      const download = await waiting;
      return [download.suggestedFilename(), readFileSync(await download.path(), 'utf8')];
    };
    const [name, all = ''] = await saved('Save');
    expect(name).toBe('board.bus');
    expect(all).toMatch(/^\+\S+ +i2c-0 +48 w 00, r 19 00 /m);
    expect(all).toMatch(/^end 2$/m);
    expect(all).toMatch(/^tree {2}board\.dts sha256:/m);
    await page.getByLabel('Filter', { exact: true }).fill('!');
    await page.getByLabel('Format to save in').selectOption('csv');
    const [table, failed = ''] = await saved('Save shown');
    expect(table).toBe('board.csv');
    expect(failed).toContain('0x33');
    expect(failed).not.toContain('0x48');
    await page.getByRole('status').filter({ hasText: 'Saved' }).waitFor();
    expect(asked.filter((url) => url.includes(served.token))).toEqual([]);
    expect(await axeFindings(page)).toEqual([]);
  });

  it('only shows real hardware, and says so to who has no mouse', async () => {
    const served = await monitored(PARTLY_REAL);
    const other = await findControl(served.file, undefined);
    onTestFinished(() => other.close());
    await other.ask({
      call: 'inject',
      kind: 'flip',
      target: '&far',
      options: { byte: 0, bit: 0, direction: 'read' },
    });
    const page = await opened(served);
    for (const name of ['Press /far-gpio 0', 'Remove fault 1']) {
      const button = page.getByRole('button', { name });
      await button.focus();
      await page.keyboard.press('Enter');
      expect(await button.getAttribute('aria-disabled')).toBe('true');
      const described = page.locator(`#${await button.getAttribute('aria-describedby')}`);
      await expect.poll(() => described.innerText()).toContain('start the page with --control');
      expect(await button.getAttribute('title')).toContain('start the page with --control');
    }
    await page.getByLabel('Fault to inject').fill('nack i2c-1');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').filter({ hasText: 'i2c-1 is on real hardware (/far-i2c)' }).waitFor();
    expect(await other.ask({ call: 'faults' })).toHaveLength(1);
    expect(await page.getByRole('button', { name: 'Press button' }).getAttribute('aria-disabled')).toBeNull();
    expect(await axeFindings(page)).toEqual([]);
  });

  it('has the buttons of real hardware with control', async () => {
    const page = await opened(await monitored(PARTLY_REAL, { control: true }));
    const button = page.getByRole('button', { name: 'Press /far-gpio 0' });
    await button.waitFor();
    expect(await button.getAttribute('aria-disabled')).toBeNull();
    expect(await page.locator('#read-only').count()).toBe(0);
  });

  it('shows names and texts of strangers as text', async () => {
    const evil = '<img src=x onerror=document.title=1>';
    const served = await monitored(
      BOARD.replace('"button"', `"${evil}"`).replace('/ {', `/ { model = "${evil}";`),
    );
    const page = await opened(served);
    await page.locator('.lines', { hasText: 'onerror' }).waitFor();
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.title()).toBe('dtbus monitor');
  });

  it('is not read, framed or used by a page of another site', async () => {
    const served = await monitored();
    const tried = `<!doctype html><iframe src="${served.origin}/"></iframe><script type="module">
      const outcomes = [];
      for (const init of [{}, { headers: { Authorization: 'Bearer ${served.token}' } }, { method: 'POST', body: '{"call":"describe"}' }])
        outcomes.push(await fetch('${served.origin}/api/events', init).then(() => 'read', () => 'refused'));
      document.title = outcomes.join(' ');
    </script>`;
    const foreign = createServer((_, response) => response.setHeader('Content-Type', 'text/html').end(tried));
    await new Promise<void>((resolve) => foreign.listen(0, '127.0.0.1', resolve));
    const page = await chrome.browser.newPage();
    onTestFinished(async () => {
      await page.close();
      foreign.close();
    });
    await page.goto(`http://127.0.0.1:${(foreign.address() as AddressInfo).port}/`);
    await page.waitForFunction("document.title !== ''");
    expect(await page.title()).toBe('refused refused refused');
    const frame = page.frames().find((each) => each !== page.mainFrame());
    expect(frame?.url()).toBe('chrome-error://chromewebdata/');
  });

  it('is used by the keyboard alone, and has no finding of axe', async () => {
    const served = await monitored();
    const page = await opened(served);
    const bus = served.board.open('/dev/i2c-0');
    for (let i = 0; i < 3; i++) bus.transferSync(TEMPERATURE);
    await counted(page, '3 events');
    const reached = new Set<string>();
    for (let i = 0; i < 40; i++) {
      await page.keyboard.press('Tab');
      reached.add(
        await page.evaluate<string>('document.activeElement.ariaLabel ?? document.activeElement.tagName'),
      );
    }
    for (const name of ['Filter', 'temperature', 'Transfers', 'Buses and lines over time', 'Press button'])
      expect(reached).toContain(name);
    expect(await axeFindings(page)).toEqual([]);
  });

  it('is one file that needs nobody, of a recording', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dtbus-report-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const recording = join(folder, '<script><img src=x>.bus');
    writeFileSync(
      recording,
      `dtbus-recording 1
clock real
bus   i2c-1 /i2c
part  i2c-1 48 temp@48 national,lm75
+0    i2c-1 48 w 00, r 19 00 ~1.26ms
+1ms  i2c-1 33 r! <1> ENXIO ~366us
`,
    );
    const report = join(folder, 'boot.html');
    expect(await dtbusHere('report', recording, '-o', report)).toMatchObject({ status: 0 });
    const page = await chrome.browser.newPage();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    onTestFinished(() => page.close());
    await page.goto(`file://${report}`);
    await counted(page, '2 events');
    expect(await rows(page).allInnerTexts()).toEqual([
      expect.stringContaining('read TEMP (0x00): 19 00'),
      expect.stringContaining('ENXIO'),
    ]);
    expect(await page.locator('img').count()).toBe(0);
    expect(asked).toEqual([`file://${report}`]);
  });
});

import type { Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasNoStop, marksOf } from '../../src/monitor/page/marks.ts';
import { i2cPieces } from '../../src/monitor/page/wave.ts';
import type { TransferRow } from '../../src/monitor/row.ts';
import { describeInChromium } from './in-chromium.ts';
import { linesOf, monitored, rowsOf } from './monitored.ts';

const TEMPERATURE = [
  { addr: 0x48, write: Uint8Array.of(0) },
  { addr: 0x48, read: 2 },
] as const;

const WRITE: TransferRow = {
  n: 1,
  at: 0,
  bus: 'i2c-1',
  target: '0x48',
  part: '',
  client: 'a',
  text: '',
  queued: 0,
  wire: 1,
  segments: [{ target: 0x48, sent: ['a5', 1] }],
};

/** START and STOP by their letters, bits by their levels, acknowledge as A or N, SCL held as _. */
const drawn = (row: TransferRow): string =>
  i2cPieces(row)
    .map(({ kind, level, isMissing, label }) => {
      if (kind === 'bit') return String(level);
      if (kind === 'ack') return isMissing ? 'N' : 'A';
      return kind === 'held' ? '_' : label;
    })
    .join('');

// I2C specification (UM10204), 3.1.10 and figure 9: address and direction, then bytes, each with an acknowledge.
describe('the ideal wave', () => {
  it('has the bits of address and bytes with their acknowledge', () => {
    expect(drawn(WRITE)).toBe('S10010000A10100101AP');
  });

  it('ends behind what was not acknowledged', () => {
    expect(drawn({ ...WRITE, fault: 'ENXIO' })).toBe('S10010000NP');
    expect(drawn({ ...WRITE, fault: 'EREMOTEIO', nack: { message: 0, byte: 0 } })).toBe(
      'S10010000A10100101NP',
    );
  });

  it('shows where SCL is held, and that there is no STOP', () => {
    expect(drawn({ ...WRITE, stretched: 2 })).toBe('S10010000A_10100101AP');
    expect(drawn({ ...WRITE, fault: 'ETIMEDOUT' })).toBe('S10010000A__');
    expect(drawn({ ...WRITE, fault: 'EAGAIN' })).toBe('S10010000A_');
  });
});

describe('marks', () => {
  it('are the letters of all that is special', () => {
    expect(marksOf(WRITE)).toEqual([]);
    expect(marksOf({ ...WRITE, fault: 'ENXIO' })).toEqual(['N']);
    expect(marksOf({ ...WRITE, fault: 'ETIMEDOUT', stretched: 3 })).toEqual(['P', 'S']);
    expect(marksOf({ ...WRITE, attempts: 3, freed: true, injected: true })).toEqual(['R', 'F', '!']);
    expect(hasNoStop({ bus: 'spi-0', fault: 'ETIMEDOUT' })).toBe(false);
  });

  it('are told of what faults did to real transfers of a board', async () => {
    const { board, get } = await monitored();
    const bus = board.open('/dev/i2c-0');
    const response = await get('/api/events');
    const tried = (fault: () => { remove(): void }, error?: string) => {
      const { remove } = fault();
      if (error === undefined) bus.transferSync(TEMPERATURE);
      else expect(() => bus.transferSync(TEMPERATURE)).toThrow(error);
      remove();
    };
    bus.transferSync(TEMPERATURE);
    tried(() => board.inject('nack', '&temp'), 'ENXIO');
    tried(() => board.inject('stretch', '&temp', { ms: 5 }));
    tried(() => board.inject('lose_arbitration', 'i2c-0'), 'EAGAIN');
    tried(() => board.inject('incomplete_address_phase', '&temp', { times: 1 }));
    const lines = await linesOf(response, (all) => rowsOf(all).length >= 5);
    expect((rowsOf(lines) as TransferRow[]).map((row) => marksOf(row).join(''))).toEqual([
      '',
      'N!',
      'S!',
      expect.stringMatching(/^PR?!$/),
      expect.stringContaining('!'),
    ]);
  });
});

describeInChromium('the timeline', ({ opened }) => {
  const rows = (page: Page) => page.locator('.space .row');
  const between = (page: Page) => page.locator('.tools output').innerText();
  const canvasOf = async (page: Page): Promise<[Locator, number]> => {
    const canvas = page.locator('.timeline canvas');
    return [canvas, ((await canvas.boundingBox()) as { width: number }).width];
  };

  it('tells the time between two markers, set and moved by mouse or by keys', async () => {
    const { board, ...served } = await monitored();
    const page = await opened({ board, ...served });
    board.open('/dev/i2c-0').transferSync(TEMPERATURE);
    await rows(page).nth(0).click();
    const [canvas, width] = await canvasOf(page);
    // A row's wave takes 1 of 1.6 of the width, 0.3 behind the left edge (labels are 92 px wide).
    const at = (part: number) => ({ x: 92 + (width - 92) * part, y: 40 });
    await canvas.click({ position: at(0.25), modifiers: ['Shift'] });
    expect(await between(page)).toBe('');
    await canvas.click({ position: at(0.75), modifiers: ['Shift'] });
    const first = await between(page);
    expect(first).toMatch(/^Between the markers: [\d.]+ (µs|ms)$/);
    // In µs: a wave that took long is told in ms.
    const px = async () => {
      const [, count, unit] = /([\d.]+) (µs|ms)/.exec(await between(page)) ?? [];
      return Number(count) * (unit === 'ms' ? 1000 : 1);
    };
    const half = await px();
    // A marker stands on a whole pixel, and the window is as wide as the browser makes it.
    const isAbout = async (share: number) => expect(Math.abs((await px()) / half - share)).toBeLessThan(0.15);
    // Dragged to the middle: half as far apart.
    const box = (await canvas.boundingBox()) as { x: number; y: number };
    await page.mouse.move(box.x + at(0.75).x, box.y + 40);
    await page.mouse.down();
    await page.mouse.move(box.x + at(0.5).x, box.y + 40, { steps: 5 });
    await page.mouse.up();
    await isAbout(0.5);
    await canvas.focus();
    await page.keyboard.press('Escape');
    expect(await between(page)).toBe('');
    await page.keyboard.press('m');
    await page.keyboard.press('m');
    for (let i = 0; i < 100; i++) await page.keyboard.press('Shift+ArrowRight');
    await isAbout(1);
    // By buttons alone: they stay where they are in time.
    await page.getByRole('button', { name: 'Zoom out (−)' }).click();
    await isAbout(1);
    await page.getByRole('button', { name: 'Clear' }).click();
    expect(await between(page)).toBe('');
  });

  it('explains each mark in words, and the selected transfer tells its own', async () => {
    const { board, ...served } = await monitored();
    const page = await opened({ board, ...served });
    expect(await page.locator('.legend li').allInnerTexts()).toEqual([
      'N not acknowledged',
      'P ended without STOP',
      'S SCL stretched',
      'R tried again',
      'F SDA freed by clocks',
      '! injected fault',
    ]);
    board.inject('stretch', '&temp', { ms: 3 });
    board.open('/dev/i2c-0').transferSync(TEMPERATURE);
    await rows(page).nth(0).click();
    await page.locator('.detail', { hasText: 'SCL stretched, injected fault' }).waitFor();
  });

  it('selects in the table what is clicked, however far away its row is', async () => {
    const { board, ...served } = await monitored();
    const page = await opened({ board, ...served });
    const bus = board.open('/dev/i2c-0');
    for (let i = 0; i < 200; i++) bus.transferSync(TEMPERATURE);
    await page.locator('[data-n="200"]').click();
    await page.locator('.rows').evaluate((box) => {
      (box as unknown as { scrollTop: number }).scrollTop = 0;
    });
    await page.locator('[data-n="1"]').waitFor();
    const [canvas, width] = await canvasOf(page);
    await canvas.click({ position: { x: 92 + (width - 92) / 2, y: 40 } });
    await page.locator('.row[aria-selected=true][data-n="200"]').waitFor();
  });

  it('finds rows by decoded text, forwards, backwards and around', async () => {
    const { board, ...served } = await monitored();
    const page = await opened({ board, ...served });
    const bus = board.open('/dev/i2c-0');
    const special = [3, 40, 90];
    for (let i = 1; i <= 100; i++)
      if (special.includes(i)) bus.transferSync([{ addr: 0x48, write: Uint8Array.of(3, i, 0) }]);
      else bus.transferSync(TEMPERATURE);
    await page.locator('.count', { hasText: '100 events' }).waitFor();
    const isAt = (n: number) => page.locator(`.row[aria-selected=true][data-n="${n}"]`).waitFor();
    await page.getByLabel('Find', { exact: true }).fill('write tos');
    for (const n of [3, 40, 90, 3]) {
      await page.keyboard.press('Enter');
      await isAt(n);
    }
    await page.keyboard.press('Shift+Enter');
    await isAt(90);
    await page.getByLabel('Find previous').click();
    await isAt(40);
    await page.getByLabel('Find', { exact: true }).fill('nowhere');
    await page.getByLabel('Find next').click();
    await page.getByRole('status').filter({ hasText: 'not found' }).waitFor();
    await isAt(40);
  });

  it('stands still when it is frozen, and misses nothing meanwhile', async () => {
    const { board, ...served } = await monitored();
    const page = await opened({ board, ...served });
    const bus = board.open('/dev/i2c-0');
    for (let i = 0; i < 50; i++) bus.transferSync(TEMPERATURE);
    await page.locator('[data-n="50"]').waitFor();
    await page.getByRole('button', { name: 'Freeze' }).click();
    const seen = await rows(page).last().getAttribute('data-n');
    for (let i = 0; i < 500; i++) bus.transferSync(TEMPERATURE);
    await page.locator('.count', { hasText: '550 events' }).waitFor();
    expect(await page.locator('[data-n="550"]').count()).toBe(0);
    expect(await page.locator(`[data-n="${Number(seen) - 4}"]`).count()).toBe(1);
    await page.getByRole('button', { name: 'Follow' }).click();
    await page.locator('[data-n="550"]').waitFor();
  });
});

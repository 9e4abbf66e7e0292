import { beforeEach, describe, expect, it, vi } from 'vitest';
import { BusFault, type SpiDev, type SpiSegment } from '../../../src/board/index.ts';
import { type Page, SpiNor } from '../../../src/cli/flash/spi-nor.ts';
import type { Target } from '../../../src/cli/memory/target.ts';
import type { SpiResult } from '../../../src/dev/core.ts';

const PAGE = 256;
const ID = [0xef, 0x40, 0x14];
const BUSY = 0x01;

/** A W25Q80 without SFDP, behind a node that counts messages (data sheet W25Q80DV, 7: a busy chip hears status reads only). */
class Chip {
  readonly path = '/dev/spidev0.0';
  readonly bytes = new Uint8Array(1 << 20).fill(0xff);
  /** Messages that wrote, and pages that were programmed, by their number. */
  messages = 0;
  readonly programmed: number[] = [];
  /** How often its status says that it is busy, behind each page. */
  looksBusy: (page: number) => number = () => 0;
  /** Most bytes of a message. */
  longest = Number.POSITIVE_INFINITY;
  /** The line fails in the middle of a longer one. */
  overruns = Number.POSITIVE_INFINITY;
  #busy = 0;
  #enabled = false;

  async transfer(segments: SpiSegment | readonly SpiSegment[]): Promise<SpiResult> {
    const all = Array.isArray(segments) ? (segments as readonly SpiSegment[]) : [segments as SpiSegment];
    const length = all.reduce((sum, { tx, rx }) => sum + (tx?.length ?? lengthOf(rx)), 0);
    if (length > this.longest) throw new BusFault('EMSGSIZE');
    if (all.some(({ tx }) => tx?.[0] === 0x02)) this.messages++;
    const buffers: Uint8Array[] = [];
    let received = new Uint8Array(0);
    let heard: number[] = [];
    for (const [i, { tx, rx, csChange }] of all.entries()) {
      if (length > this.overruns && i === all.length >> 1) throw new BusFault('EPROTO');
      if (tx !== undefined) heard.push(...tx);
      if (rx !== undefined) {
        received = Uint8Array.from(this.#answer(heard, lengthOf(rx)));
        if (rx instanceof Uint8Array) rx.set(received);
      }
      buffers.push(rx === undefined ? new Uint8Array(0) : received);
      if (csChange !== true) continue;
      this.#deselected(heard);
      heard = [];
    }
    this.#deselected(heard);
    return { rx: received, buffers };
  }

  close(): void {}

  #answer([instruction, ...address]: readonly number[], length: number): number[] {
    if (instruction === 0x05) return [this.#busy-- > 0 ? BUSY : 0];
    if (this.#busy > 0) return new Array(length).fill(0xff);
    if (instruction === 0x9f) return ID;
    if (instruction === 0x03) return [...this.bytes.subarray(at(address), at(address) + length)];
    return new Array(length).fill(0xff);
  }

  #deselected([instruction, ...rest]: readonly number[]): void {
    if (this.#busy > 0) return;
    if (instruction === 0x06) this.#enabled = true;
    if (instruction !== 0x02 || !this.#enabled) return;
    this.#enabled = false;
    const address = at(rest);
    rest.slice(3).forEach((byte, i) => {
      this.bytes[address + i] = (this.bytes[address + i] as number) & byte;
    });
    this.programmed.push(address / PAGE);
    this.#busy = this.looksBusy(address / PAGE);
  }
}

const at = ([high = 0, middle = 0, low = 0]: readonly number[]) => (high << 16) | (middle << 8) | low;
const lengthOf = (rx: number | Uint8Array | undefined) => (typeof rx === 'number' ? rx : (rx?.length ?? 0));
const COUNT = 256;
const image = Uint8Array.from({ length: COUNT * PAGE }, (_, i) => (i * 7 + (i >> 8)) & 0xff);

/** As `dtbus flash write` does it, on an adapter that takes no time. */
async function writeAll(chip: Chip): Promise<void> {
  const flash = await SpiNor.identify(
    chip as unknown as SpiDev,
    { property: () => undefined } as never as Target,
  );
  await flash.findLimits();
  const pages: Page[] = Array.from({ length: COUNT }, (_, i) => ({
    offset: i * PAGE,
    bytes: image.subarray(i * PAGE, (i + 1) * PAGE),
  }));
  for (let next = 0; next < COUNT; ) {
    const run = pages.slice(next, next + flash.pagesAtOnce);
    await flash.program(run);
    next += run.length;
  }
  expect(Buffer.compare(chip.bytes.subarray(0, image.length), image)).toBe(0);
}

describe('the pages of a block', () => {
  const once = Array.from({ length: COUNT }, (_, i) => i);
  beforeEach(() => {
    vi.spyOn(performance, 'now').mockReturnValue(0);
  });

  it('go out in ever longer messages, each once, to a chip that is never found busy: 1, 2, 4, to 64', async () => {
    const chip = new Chip();
    await writeAll(chip);
    expect(chip.programmed).toEqual(once);
    // 1 + 2 + 4 + 8 + 16 + 32 are 63; three of 64 and one page are left.
    expect(chip.messages).toBe(6 + 3 + 1);
  });

  it('go out one by one to a chip that is found busy behind the first', async () => {
    const chip = new Chip();
    chip.looksBusy = () => 2;
    await writeAll(chip);
    expect(chip.programmed).toEqual(once);
    expect(chip.messages).toBe(COUNT);
  });

  it.each([1, 2, 5])(
    'are each programmed once where one in the middle keeps the chip busy for %i looks',
    async (looks) => {
      const chip = new Chip();
      chip.looksBusy = (page) => (page === 40 ? looks : 0);
      await writeAll(chip);
      expect(chip.programmed.toSorted((a, b) => a - b)).toEqual(once);
      // From there on one by one.
      expect(chip.messages).toBeGreaterThan(COUNT - 64);
    },
  );

  it('go out in messages that the adapter takes', async () => {
    const chip = new Chip();
    chip.longest = 4096;
    await writeAll(chip);
    expect(chip.programmed).toEqual(once);
    expect(chip.messages).toBeLessThan(COUNT / 4);
  });

  it('are looked at where the line failed in the middle of a message, and go out one by one', async () => {
    const chip = new Chip();
    chip.overruns = 4096;
    await writeAll(chip);
    expect(chip.programmed).toEqual(once);
  });
});

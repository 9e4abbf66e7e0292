import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BusFault } from '../../../src/bus/index.ts';
import { byteCount, duration } from '../../../src/cli/memory/byte-count.ts';
import { hexDump } from '../../../src/cli/memory/hex-dump.ts';
import { Interruption } from '../../../src/cli/memory/interruption.ts';
import { ChunkedReader, type Memory } from '../../../src/cli/memory/memory.ts';
import { Progress } from '../../../src/cli/memory/progress.ts';
import { parseCount, RangeSet, rangeOf } from '../../../src/cli/memory/range.ts';
import { UsageError } from '../../../src/cli/terminal/usage-error.ts';
import { noise } from '../folder.ts';

const found = spawnSync('hexdump', ['-C'], { input: '' }).error === undefined;
if (!found)
  console.info(
    'hexdump is not installed (apt install bsdextrautils): nobody checks the dump on the terminal',
  );

describe('a dump', () => {
  it.runIf(found).each([
    ['text', new TextEncoder().encode('Hello from dtbus.\n\tA line.\x7f')],
    ['noise', noise(100, 1)],
    ['equal lines', new Uint8Array(200).fill(0xff)],
    ['equal lines to an end within a line', new Uint8Array(70).fill(7)],
    ['whole lines', noise(64, 2)],
  ])('of %s is what hexdump -C gives', (_, bytes) => {
    const { stdout } = spawnSync('hexdump', ['-C'], { input: bytes, encoding: 'latin1' });
    expect([...hexDump(bytes)].join('')).toBe(stdout);
  });

  it('counts from where the bytes are', () => {
    expect([...hexDump(Uint8Array.of(1), 0x40)][0]).toMatch(/^00000040 {2}01 /);
  });
});

describe('numbers and ranges', () => {
  it.each([
    ['64', 64],
    ['0x40', 64],
    ['4k', 4096],
    ['2M', 2 << 20],
    ['1KiB', 1024],
  ])('%s is %i', (text, value) => expect(parseCount('--offset', text)).toBe(value));

  it.each(['', '-1', '1.5', 'k', '0xg', '1e3', '99999999999999999999'])('%j is no number', (text) =>
    expect(() => parseCount('--offset', text)).toThrow(UsageError),
  );

  it('a range lies within the part', () => {
    expect(rangeOf(256, undefined, undefined)).toEqual({ from: 0, to: 256 });
    expect(rangeOf(256, '250', '6')).toEqual({ from: 250, to: 256 });
    for (const [offset, length] of [
      ['250', '7'],
      ['256', undefined],
      ['0', '0'],
    ] as const)
      expect(() => rangeOf(256, offset, length)).toThrow(UsageError);
  });

  it('a set of ranges holds exactly what was added and not removed', () => {
    const range = fc
      .tuple(fc.nat(40), fc.nat(40))
      .map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) }));
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), range), { maxLength: 12 }), (steps) => {
        const set = new RangeSet();
        const model = new Set<number>();
        for (const [adds, { from, to }] of steps) {
          if (adds) set.add({ from, to });
          else set.remove({ from, to });
          for (let i = from; i < to; i++) adds ? model.add(i) : model.delete(i);
        }
        const held = set.ranges.flatMap(({ from, to }) =>
          Array.from({ length: to - from }, (_, i) => from + i),
        );
        expect(held).toEqual([...model].sort((a, b) => a - b));
        expect(set.bytes).toBe(model.size);
      }),
    );
  });

  it.each([
    [1, '1 byte'],
    [512, '512 bytes'],
    [1536, '1.5 KiB'],
    [1 << 20, '1 MiB'],
  ])('%i bytes are %s', (bytes, text) => expect(byteCount(bytes)).toBe(text));

  it.each([
    [350, '350 ms'],
    [4200, '4.2 s'],
    [125_000, '2 min 05 s'],
  ])('%i ms are %s', (ms, text) => expect(duration(ms)).toBe(text));
});

describe('progress', () => {
  function on(isTTY: boolean) {
    let now = 0;
    const written: string[] = [];
    const progress = new Progress({ isTTY, write: (text) => written.push(text) }, () => now);
    return { progress, written, pass: (ms: number) => (now += ms) };
  }

  it('is one line on a terminal, with speed and time left, and goes away', () => {
    const { progress, written, pass } = on(true);
    progress.begin(['reading', 4096]);
    pass(1000);
    progress.advance(1024);
    expect(written.at(-1)).toBe('\r\x1b[Kreading  25 %  1 KiB of 4 KiB  1 KiB/s  3 s left');
    progress.clear();
    expect(written.at(-1)).toBe('\r\x1b[K');
  });

  it('counts phases that take turns each by its own bytes, and the time of all', () => {
    const { progress, written, pass } = on(true);
    progress.begin(['erasing', 4096], ['writing', 0], ['programming', 1024]);
    pass(1000);
    progress.advance(1024);
    pass(1000);
    progress.phase('programming');
    expect(written.at(-1)).toBe('\r\x1b[Kprogramming   0 %  0 bytes of 1 KiB  for 2 s');
    progress.advance(512);
    pass(2000);
    progress.phase('erasing');
    expect(written.at(-1)).toBe('\r\x1b[Kerasing  25 %  1 KiB of 4 KiB  256 bytes/s  12 s left');
  });

  it('of nothing to do is nothing', () => {
    const { progress, written } = on(true);
    progress.begin(['erasing', 0]);
    progress.phase('erasing');
    progress.tick();
    expect(written).toEqual([]);
  });

  it('is not drawn more often than a person can see', () => {
    const { progress, written, pass } = on(true);
    progress.begin(['reading', 1000]);
    for (let i = 0; i < 999; i++) {
      pass(1);
      progress.advance(1);
    }
    expect(written.length).toBeLessThan(15);
  });

  it('is nothing anywhere else', () => {
    const { progress, written } = on(false);
    progress.begin(['reading', 10]);
    progress.advance(10);
    progress.clear();
    expect(written).toEqual([]);
  });
});

describe('reading in pieces', () => {
  const work = () => ({ progress: new Progress({ write: () => {} }), interruption: new Interruption() });

  /** A memory behind an adapter that takes so many bytes, or fails with a fault beyond them. */
  function memory(most: number, fault: BusFault, contents = noise(100_000, 3)) {
    const lengths: number[] = [];
    const part: Memory = {
      title: 'test',
      size: contents.length,
      readMax: 1 << 20,
      read: async (offset, into) => {
        lengths.push(into.length);
        if (into.length > most) throw fault;
        into.set(contents.subarray(offset, offset + into.length));
      },
      close: () => {},
    };
    return { part, lengths, contents };
  }

  it.each([
    // Said before anything is sent: 64, 32 and 16 KiB.
    ['EMSGSIZE', 3, 8192],
    ['ENOMEM', 3, 8192],
    // Found out on the wire, as by a time limit: once, and never tried again.
    ['EPROTO', 1, 4096],
    ['ETIMEDOUT', 1, 4096],
  ] as const)(
    'finds the length that an adapter takes when it fails with %s: after %i times, %i bytes',
    async (code, times, length) => {
      const { part, lengths, contents } = memory(9000, new BusFault(code));
      expect(await new ChunkedReader(part).read({ from: 10, to: 90_000 }, work())).toEqual(
        contents.slice(10, 90_000),
      );
      expect(lengths.filter((each) => each > 9000)).toHaveLength(times);
      expect(Math.max(...lengths.slice(times + 1))).toBe(length);
    },
  );

  it('gives a fault on that is none of length', async () => {
    const { part, lengths } = memory(0, new BusFault('ENODEV'));
    await expect(new ChunkedReader(part).read({ from: 0, to: 100 }, work())).rejects.toMatchObject({
      code: 'ENODEV',
    });
    expect(lengths).toHaveLength(1);
    const tiny = memory(0, new BusFault('EMSGSIZE'));
    await expect(new ChunkedReader(tiny.part).read({ from: 0, to: 100 }, work())).rejects.toMatchObject({
      code: 'EMSGSIZE',
    });
  });
});

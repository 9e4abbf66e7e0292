import { describe, expect, it } from 'vitest';
import { KnownTexts } from '../../src/trace/decode.ts';
import type { TracedBytes, TracedTransfer } from '../../src/trace/index.ts';

/** Numbers of a seed, below `end`. */
function numbers(seed: number): (end: number) => number {
  let state = seed;
  return (end) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * end);
  };
}

const plain = { kind: 'transfer', startedMs: 0, client: '', queuedMs: 0, wireMs: 1, attempts: 1 } as const;

/** Of few addresses and bytes, so that many are alike: also bytes that are digits, blanks and letters of a key. */
function transferOf(sequence: number, below: (end: number) => number): TracedTransfer {
  const bytes = (): TracedBytes | undefined => {
    const length = below(5) - 1;
    if (length < 0) return undefined;
    const all = Uint8Array.from({ length }, () => [0, 0x20, 0x31, 0x3a, 0x72, 0x77][below(6)] as number);
    return { bytes: below(9) === 0 ? all.subarray(0, length >> 1) : all, length };
  };
  const fault = below(8) === 0 ? 'ENXIO' : undefined;
  const struck = below(8) === 0 ? ['nack on &temp'] : [];
  return {
    ...plain,
    ...{ sequence, bus: below(3), fault, struck, stretchedNs: below(8) === 0 ? 5 : 0 },
    segments: Array.from({ length: 1 + below(2) }, () => ({
      ...{ target: [1, 11, 0x48][below(3)] as number, tenBit: below(4) === 0 },
      ...{ sent: bytes(), received: bytes() },
    })),
  };
}

/** All of it that a text may tell. */
const contentOf = ({ sequence: _, ...rest }: TracedTransfer) =>
  JSON.stringify(rest, (_key, value) => (value instanceof Uint8Array ? [...value] : value));

describe('known texts', () => {
  it('are those of the same transfers, and of no others', () => {
    const below = numbers(7);
    const known = new KnownTexts();
    let made = 0;
    for (let n = 0; n < 20_000; n++) {
      const transfer = transferOf(n, below);
      const text = known.textOf(transfer, () => {
        made++;
        return { text: contentOf(transfer), isOfItself: true };
      });
      expect(text).toBe(contentOf(transfer));
    }
    expect(made).toBeLessThan(19_000);
  });

  it('are made each time where they depend on what was before', () => {
    const known = new KnownTexts();
    const transfer = transferOf(1, numbers(1));
    let made = 0;
    const make = () => ({ text: String(++made), isOfItself: false });
    expect([known.textOf(transfer, make), known.textOf(transfer, make)]).toEqual(['1', '2']);
  });
});

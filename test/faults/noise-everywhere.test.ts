import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Board, openBoard } from '../../src/board/index.ts';
import { loadParts, type Property } from '../../src/parts/index.ts';

/** A thing that a part senses which is a quantity: not a flag, a text, bytes or a count. */
interface Analogue {
  readonly name: string;
  readonly range: readonly [number, number];
}

/** Senses that are numbers and no quantity that has noise, or not all of the time, with the reason. */
const EXCEPTIONS: Readonly<Record<string, string>> = Object.fromEntries([
  ...['infineon,slb9670', 'atmel,attpm20p'].map((name) => [
    `${name} executionTime`,
    'a time that the TPM takes; two bytes on SPI are half of a header, and the next ones go on with it unselected',
  ]),
  ...['temperature', 'aux', 'battery', 'vref'].map((name) => [
    `ti,ads7846 ${name}`,
    'bytes that are only read are the answer to the control byte before them, and go on with its message unselected',
  ]),
]);

function analogueOf(compatible: string, senses: Readonly<Record<string, Property>> = {}): Analogue[] {
  return Object.entries(senses).flatMap(([name, { kind = 'number', range = [0, 1] as const }]) =>
    kind === 'number' && EXCEPTIONS[`${compatible} ${name}`] === undefined ? { name, range } : [],
  );
}

/** All data sheets, each on a bus of its own. The compatibles of one share what it senses. */
const PARTS = (await loadParts()).flatMap(({ compatible: [name = ''], senses, bus }, index) => {
  const analogue = analogueOf(name, senses);
  const address = bus.i2c === undefined ? undefined : (bus.i2c.address ?? 0x42);
  return analogue.length === 0 ? [] : { name, index, address, analogue };
});

const node = ({ name, index, address }: (typeof PARTS)[number]) =>
  address === undefined
    ? `b${index} { compatible = "platform,virtio-spi"; #address-cells = <1>; #size-cells = <0>;
        p@0 { compatible = "${name}"; reg = <0>; }; };`
    : `b${index} { compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;
        p@${address.toString(16)} { compatible = "${name}"; reg = <${address}>; }; };`;
const TREE = `/dts-v1/; / { aliases { ${PARTS.map(({ index, address }) => `${address === undefined ? 'spi' : 'i2c'}${index} = "/b${index}";`).join(' ')} };
  ${PARTS.map(node).join('\n')} };`;

/** How often it is addressed. */
const TIMES = 6;

let board: Board;
beforeAll(async () => {
  board = await openBoard({
    source: TREE,
    backEnd: 'inline',
    clock: 'stepped',
    treeChecks: 'off',
    onWarning: () => {},
  });
});
afterAll(() => board.close());

function address({ index, address }: (typeof PARTS)[number]): void {
  if (address === undefined) board.open(`/dev/spidev${index}.0`).transferSync({ rx: 2 });
  else {
    try {
      board.open(`/dev/i2c-${index}`).transferSync([{ addr: address, read: 1 }]);
    } catch {
      // Not every part is to be read without a command: it was addressed.
    }
  }
}

describe('noise on all that is a quantity', () => {
  it('are many', () => expect(PARTS.length).toBeGreaterThan(100));

  it.each(PARTS.map((part) => [part.name, part] as const))('%s', (_, part) => {
    const path = `/b${part.index}/p@${(part.address ?? 0).toString(16)}`;
    const handle = board.part(path);
    const get = (name: string) => handle.get(name) as number;
    for (const { name, range } of part.analogue) {
      const [least, most] = range.map((end, at) =>
        Number.isFinite(end) ? end : ([-1e6, 1e6][at] as number),
      ) as [number, number];
      const amplitude = (most - least) / 100;
      handle.set(name, least + (most - least) / 2);
      const base = get(name);
      const under = (seed: number) => {
        const noise = board.inject('noise', path, { property: name, amplitude, seed });
        const seen = Array.from({ length: TIMES }, () => {
          address(part);
          return get(name);
        });
        expect(noise.fired, name).toBe(TIMES);
        noise.remove();
        expect(get(name), `${name} behind its noise`).toBe(base);
        return seen;
      };
      const [first, again, other] = [under(7), under(7), under(8)];
      for (const value of first)
        expect(Math.abs(value - base), name).toBeLessThanOrEqual(amplitude * (1 + 1e-9));
      expect(new Set(first).size, name).toBeGreaterThan(TIMES / 2);
      expect(again, name).toEqual(first);
      expect(other, name).not.toEqual(first);
    }
  });
});

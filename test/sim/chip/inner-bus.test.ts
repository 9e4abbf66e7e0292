import { expect, it } from 'vitest';
import type { Kit } from '../../../src/parts/index.ts';
import { onI2c } from './own-sheet.ts';

/** A part that is a master itself: 20h listens, 21h acknowledges reads alone, and nobody has 22h. */
function master() {
  let kit: Kit | undefined;
  const seen: string[] = [];
  const model = (_registers: object, given: Kit) => {
    kit = given;
    return {};
  };
  const sheet = {
    compatible: ['test,master'],
    title: 'Master',
    bus: { i2c: { form: 'byte registers', address: 0x29 } },
    registers: { IT: { at: 1 } },
    model,
  };
  const bench = onI2c(sheet);
  const { segment, controller } = kit as unknown as Kit;
  const listener = {
    address: 0x20,
    i2c: {
      // One byte is enough for it.
      write: (data: Uint8Array) => {
        seen.push(`write ${data.join(' ')}`);
        return Math.min(data.length, 1);
      },
      read: (into: Uint8Array) => void into.fill(0x42),
      stop: () => void seen.push('stop'),
    },
  };
  const shy = { address: 0x21, i2c: { ...listener.i2c, start: (_: number, read: boolean) => read } };
  const inner = segment(undefined, [listener, shy]);
  const { transfer } = controller(inner);
  const ask = (address: number, written: readonly number[], read: number) => {
    seen.length = 0;
    const answer = transfer(address, Uint8Array.from(written), read);
    return { answer: answer && [...answer], seen: [...seen] };
  };
  return { ...bench, kit: kit as unknown as Kit, ask, inner: inner as { timed: boolean } };
}

it('writes, reads, or both; what is not acknowledged is told', () => {
  const { ask } = master();
  expect(ask(0x20, [7], 2)).toEqual({ answer: [0x42, 0x42], seen: ['write 7', 'stop'] });
  expect(ask(0x20, [7], 0)).toEqual({ answer: [], seen: ['write 7', 'stop'] });
  expect(ask(0x20, [], 1)).toEqual({ answer: [0x42], seen: ['stop'] });
  expect(ask(0x20, [7, 8], 1)).toEqual({ answer: undefined, seen: ['write 7 8', 'stop'] });
  expect(ask(0x22, [7], 1)).toEqual({ answer: undefined, seen: [] });
});

it('a message without bytes asks who is there', () => {
  const { ask } = master();
  expect([ask(0x20, [], 0).answer, ask(0x22, [], 0).answer]).toEqual([[], undefined]);
});

it('a chip may refuse a direction', () => {
  const { ask } = master();
  expect([ask(0x21, [7], 0).answer, ask(0x21, [], 1).answer]).toEqual([undefined, [0x42]]);
});

it('its messages take no time, and the bus has its own again after them', () => {
  const { ask, inner } = master();
  for (const timed of [true, false]) {
    inner.timed = timed;
    ask(0x20, [7], 2);
    ask(0x22, [7], 2);
    expect(inner.timed).toBe(timed);
  }
});

it('the kit warns, counts in BCD, and a number without a register holds nothing', () => {
  const { kit, warnings } = master();
  kit.warn('it is tired');
  expect(warnings).toEqual(['/i2c/part: it is tired']);
  expect([kit.toBcd(59), kit.fromBcd(0x59)]).toEqual([0x59, 59]);
  kit.poke(1, 5);
  kit.poke(9, 6);
  expect([kit.peek(1), kit.peek(9)]).toEqual([5, 0]);
});

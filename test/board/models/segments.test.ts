import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Board, openBoard } from '../../../src/board/index.ts';

/** A part with a gate (bit 0 of what is written), a chip inside at 0x20, and a master that reads 0x21 and 0x49 behind it when bit 1 is written. */
const GATE = `const chip = { state: {}, addresses: [0x20], reset() {}, start: () => true, write: (data) => data.length,
  read: (into) => into.fill(0x5a), stop() {} };
export const models = [{ compatible: ['acme,gate'], bus: 'i2c', title: 'Gate', properties: [],
  create(node, context) {
    const wire = context.segment(node.children[0]);
    wire.attach(chip, node.path);
    let [open, next, seen] = [false, 0, [0, 0, 0]];
    const readAt = (address) => {
      const into = new Uint8Array(1);
      const there = wire.startTo(address, true);
      if (there) wire.read(into);
      wire.stop();
      return there ? into[0] : 0xee;
    };
    return { state: {}, addresses: [0x10], get segments() { return open ? [wire] : []; }, reset() { open = false; },
      start: () => true,
      write(data) { next = data[0]; if (next & 2) seen = [0x20, 0x21, 0x49, 0x33].map(readAt); return data.length; },
      read(into) { into.set(seen.slice(0, into.length)); },
      stop() { open = (next & 1) === 1; } };
  } },
  { compatible: ['acme,five'], bus: 'i2c', title: 'Five', properties: [],
    create: () => ({ state: {}, addresses: [0x21], reset() {}, start: () => true, write: (data) => data.length,
      read: (into) => into.fill(5), stop() {} }) }];`;

let folder: string;
let board: Board;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dtbus-segments-'));
  writeFileSync(join(folder, 'gate.mjs'), GATE);
  const cells = '#address-cells = <1>; #size-cells = <0>;';
  writeFileSync(
    join(folder, 'board.dts'),
    `/dts-v1/; / { i2c { compatible = "platform,virtio-i2c"; ${cells}
      gate@10 { compatible = "acme,gate"; reg = <0x10>; dtbus,model = "./gate.mjs"; ${cells} i2c@0 { reg = <0>; ${cells}
        temp@49 { compatible = "national,lm75"; reg = <0x49>; };
        five@21 { compatible = "acme,five"; reg = <0x21>; dtbus,model = "./gate.mjs"; }; }; }; }; };`,
  );
  board = await openBoard(join(folder, 'board.dts'));
});
afterEach(async () => {
  await board.close();
  rmSync(folder, { recursive: true });
});

const read = (addr: number, length = 1) =>
  board.open('/dev/i2c-0').transferSync([{ addr, read: length }])[0] ?? [];
const write = (byte: number) =>
  board.open('/dev/i2c-0').transferSync([{ addr: 0x10, write: Uint8Array.of(byte) }]);

it('a model of the user connects and parts what is behind it, a chip in its own package and parts of its own file among them', () => {
  expect(board.problems).toEqual([]);
  const behind = [0x20, 0x21, 0x49];
  for (const address of behind)
    expect(() => read(address)).toThrow(expect.objectContaining({ code: 'ENXIO' }));
  write(1);
  expect(behind.map((address) => [...read(address)])).toEqual([[0x5a], [5], [25]]);
  write(0);
  for (const address of behind)
    expect(() => read(address)).toThrow(expect.objectContaining({ code: 'ENXIO' }));
  write(1);
  board.part('/i2c/gate@10').reset();
  expect(() => read(0x49)).toThrow(expect.objectContaining({ code: 'ENXIO' }));
});

it('it may be the master of the bus behind it, whatever thread the parts there run in', () => {
  write(2);
  expect([...read(0x10, 4)]).toEqual([0x5a, 5, 25, 0xee]);
});

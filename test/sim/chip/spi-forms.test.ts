import { describe, expect, it } from 'vitest';
import { spiTransfer } from '../../support/spi.ts';
import { spiBench } from '../support.ts';
import { onSpi } from './own-sheet.ts';

const registers = {
  FIRST: { at: 1, reset: 0x11 },
  SECOND: { at: 2, reset: 0x22 },
  THIRD: { at: 3, reset: 0x33 },
};
const sheetOf = (spi: object, more = {}) => ({
  compatible: ['test,spi'],
  title: 'SPI',
  bus: { spi: { form: 'registers', ...spi } },
  registers,
  ...more,
});

describe('registers on SPI', () => {
  it('without a header: bit 7 reads, the others are the register, and further bytes go to those that follow', () => {
    const { exchange } = onSpi(sheetOf({}));
    expect(exchange([0x81], 3)).toEqual([0x11, 0x22, 0x33]);
    exchange([0x01, 0xa1, 0xa2]);
    expect(exchange([0x81], 3)).toEqual([0xa1, 0xa2, 0x33]);
  });

  it('in pairs: each byte that is written is followed by the number of another register', () => {
    const { exchange } = onSpi(sheetOf({ header: { read: 0x80, address: 0x7f, pairs: true } }));
    exchange([0x03, 0xc3, 0x01, 0xc1]);
    expect(exchange([0x81], 3)).toEqual([0xc1, 0x22, 0xc3]);
  });

  it('tells its model when a transfer to it begins and ends, and of none that is for another chip', () => {
    const seen: string[] = [];
    const model = () => ({
      begin: (read: boolean) => void seen.push(read ? 'read' : 'write'),
      end: () => void seen.push('end'),
    });
    const header = { bytes: 2, read: 0x0100, address: 0xff, opcode: [0xf000, 0x4000] };
    const { exchange } = onSpi(sheetOf({ header }, { model }));
    exchange([0x41, 0x01], 1);
    exchange([0x40, 0x01, 0x55]);
    exchange([0x31, 0x01], 1);
    // A header that is cut short.
    exchange([0x40]);
    expect(seen).toEqual(['read', 'end', 'write', 'end']);
    expect(exchange([0x31, 0x01], 2)).toEqual([0xff, 0xff]);
    expect(exchange([0x41, 0x01], 2)).toEqual([0x55, 0x22]);
  });

  it('a read writes nothing, and a transfer without bytes sends zeros', () => {
    const { exchange, spi } = onSpi(sheetOf({ header: { read: 0x80, address: 0x7f } }));
    exchange([0x81, 0x99, 0x99]);
    expect(exchange([0x81], 2)).toEqual([0x11, 0x22]);
    spi.transfer(0, 0, [spiTransfer({ tx: Uint8Array.of(0x02) }), spiTransfer({ rx: new Uint8Array(1) })]);
    expect(exchange([0x81], 3)).toEqual([0x11, 0x00, 0x33]);
  });
});

describe('a part on SPI', () => {
  it('has snapshots and lines', async () => {
    const bench = await spiBench({ compatible: 'microchip,mcp23s17' });
    bench.exchange([0x40, 0x04, 0x01]);
    bench.set('inputs', 1);
    expect(bench.line('INTA').high).toBe(false);
    const saved = bench.parts.snapshot('/spi/part0');
    bench.reset();
    expect(bench.line('INTA').high).toBe(true);
    bench.parts.restore('/spi/part0', saved);
    expect(bench.line('INTA').high).toBe(false);
    expect(bench.exchange([0x41, 0x04], 1)).toEqual([0x01]);
  });

  it('of another form has them too', async () => {
    const bench = await spiBench({ compatible: 'winbond,w25q80' });
    bench.exchange([0x06]);
    const saved = bench.parts.snapshot('/spi/part0');
    bench.exchange([0x04]);
    bench.parts.restore('/spi/part0', saved);
    expect(bench.exchange([0x05], 1)).toEqual([0x02]);
  });

  it('tells its model of chip select, of a snapshot and of the end', () => {
    const seen: string[] = [];
    type Pins = Readonly<Record<string, { set(high: boolean): void }>>;
    const model = (_registers: object, { pin }: { pin: Pins }) => ({
      begin: (read: boolean) => void seen.push(`begin ${read}`),
      end: () => void seen.push('end'),
      restored: () => void seen.push('restored'),
      close: () => void seen.push('close'),
      reset: () => pin['IRQ']?.set(true),
      spi: {
        select: (mode: number) => void seen.push(`select ${mode}`),
        transfer: (_tx: unknown, rx: Uint8Array | undefined) => void rx?.fill(0x42),
        deselect: () => void seen.push('deselect'),
      },
    });
    const sheet = {
      ...sheetOf({ form: 'other' }, { model, pins: ['IRQ'], idleLow: ['IRQ'] }),
      registers: {},
    };
    const { exchange, parts } = onSpi(sheet);
    expect(exchange([], 2)).toEqual([0x42, 0x42]);
    expect(seen).toEqual(['begin false', 'select 0', 'deselect', 'end']);
    const part = '/spi/part';
    expect(parts.at(part).part.lines?.map(({ name, high }) => [name, high])).toEqual([['IRQ', false]]);
    parts.at(part).reset();
    expect(parts.at(part).part.lines?.[0]?.high).toBe(true);
    seen.length = 0;
    parts.restore(part, parts.snapshot(part));
    parts.close();
    expect(seen).toEqual(['restored', 'close']);
  });

  it.each([
    ['other', 'has no spi behaviour'],
    ['instructions', 'no instruction behaviour'],
  ])('of form "%s" whose model has no behaviour for it is left out with a reason', (form, reason) => {
    const instructions = [{ opcode: 0x9f, name: 'identify', data: 'in', does: 'identify' }];
    const sheet = { ...sheetOf({ form }, { model: () => ({}), instructions }), registers: {} };
    expect(() => onSpi(sheet)).toThrow(reason);
  });
});

describe('instructions on SPI', () => {
  const instructions = [
    { opcode: 0x02, name: 'write', address: 'mode', data: 'out', does: 'write' },
    { opcode: 0x03, name: 'read', address: 'mode', data: 'in', does: 'read' },
    { opcode: 0x0b, name: 'read after one more', address: 2, dummy: 1, data: 'in', does: 'read' },
    { opcode: 0x55, name: 'nothing' },
  ];
  const bytes = Uint8Array.of(10, 11, 12, 13);
  const executed: (readonly [does: string, address: number, count: number])[] = [];
  const model = () => ({
    instruction: {
      send(_: object, address: number, index: number, rx: Uint8Array, from: number, to: number) {
        for (let at = from; at < to; at++) rx[at] = bytes[(address + index + at - from) % 4] as number;
      },
      take(_: object, address: number, index: number, byte: number) {
        bytes[(address + index) % 4] = byte;
      },
      execute: ({ does }: { does: string }, address: number, count: number) =>
        void executed.push([does, address, count]),
    },
  });
  const sheet = { ...sheetOf({ form: 'instructions' }, { model, instructions }), registers: {} };

  it('have three bytes of address where nothing else is said, and what follows is data', () => {
    executed.length = 0;
    const { exchange } = onSpi(sheet);
    expect(exchange([0x03, 0, 0, 1], 3)).toEqual([11, 12, 13]);
    expect(exchange([0x0b, 0, 2, 0xee], 3)).toEqual([12, 13, 10]);
    expect(exchange([0x55], 2)).toEqual([0xff, 0xff]);
    // Cut short: nothing is done.
    exchange([0x02, 0, 0]);
    expect(executed).toEqual([
      ['read', 1, 3],
      ['read', 2, 3],
    ]);
  });

  it('a transfer without bytes sends zeros: as an opcode, and as data', () => {
    executed.length = 0;
    const { spi } = onSpi(sheet);
    const rx = new Uint8Array(2);
    spi.transfer(0, 0, [spiTransfer({ rx })]);
    expect([...rx]).toEqual([0xff, 0xff]);
    spi.transfer(0, 0, [spiTransfer({ tx: Uint8Array.of(0x02, 0, 0, 0) }), spiTransfer({ rx })]);
    expect([[...bytes], executed]).toEqual([[0, 0, 12, 13], [['write', 0, 2]]]);
  });
});

import { describe, expect, it } from 'vitest';
import { I2C_M } from '../../../src/bus/index.ts';
import { ownParts } from '../../../src/sim/own-part.ts';
import { onI2c, onSpi } from './own-sheet.ts';

/** What a data sheet says of a part without a model. */

const bytes = { i2c: { form: 'byte registers', address: 0x29 } };

describe('a value that is bound to a field', () => {
  // ADT7461A, tables 5 and 8: remote temperature 01h and 10h, 10 bits of 1/4 °C; offset binary has 64 °C added.
  const sheet = {
    compatible: ['test,bound'],
    title: 'bound',
    bus: bytes,
    registers: {
      LOCAL: { at: 0x00, access: 'ro' },
      REMOTE: { at: 0x01, access: 'ro' },
      REMOTE_LOW: { at: 0x10, fields: { FRACTION: [7, 6, 'ro'] } },
      BUCK: { at: 0x20, reset: 0x80, fields: { EN: 7, VSEL: [5, 0] } },
      STATUS: { at: 0x30, fields: { ONLINE: [3, 'ro'] } },
    },
    senses: {
      local: { unit: '°C', range: [-64, 191], initial: 25, field: 'LOCAL', offset: -64, doc: 'x' },
      remote: {
        range: [-128, 127.75],
        initial: 25,
        field: ['REMOTE', 'REMOTE_LOW.FRACTION'],
        gain: 0.25,
        signed: true,
        doc: 'x',
      },
      online: { kind: 'flag', initial: true, field: 'STATUS.ONLINE', doc: 'x' },
    },
    shows: {
      buck: { field: 'BUCK.VSEL', gain: 0.0125, offset: 0.7125, enabledBy: 'BUCK.EN', doc: 'x' },
      code: { kind: 'integer', field: 'BUCK', doc: 'x' },
    },
  } as const;

  it('stands there from the start, and as it is set', () => {
    const { read, parts } = onI2c(sheet);
    expect(read([0], 1)).toEqual([25 + 64]);
    parts.set('/i2c/part', 'local', -10);
    expect(read([0], 1)).toEqual([54]);
    parts.set('/i2c/part', 'remote', -12.25);
    expect([...read([1], 1), ...read([0x10], 1)]).toEqual([0xf3, 0xc0]);
    expect(read([0x30], 1)).toEqual([0x08]);
    parts.set('/i2c/part', 'online', false);
    expect(read([0x30], 1)).toEqual([0]);
  });

  it('ends at the ends of its field', () => {
    const { read, parts } = onI2c({ ...sheet, senses: { local: { field: 'LOCAL', gain: 2, doc: 'x' } } });
    parts.set('/i2c/part', 'local', 1000);
    expect(read([0], 1)).toEqual([0xff]);
    parts.set('/i2c/part', 'local', -1);
    expect(read([0], 1)).toEqual([0]);
  });

  it('outlives a reset, and is read from where software wrote it', () => {
    const { read, write, parts } = onI2c(sheet);
    parts.set('/i2c/part', 'local', 30);
    write(0x20, 0x80 | 23);
    expect(parts.get('/i2c/part', 'buck')).toBe(1);
    expect(parts.get('/i2c/part', 'code')).toBe(0x97);
    write(0x20, 23);
    expect(parts.get('/i2c/part', 'buck')).toBe(0);
    parts.at('/i2c/part').reset();
    expect(parts.get('/i2c/part', 'buck')).toBe(0.7125);
    expect(read([0], 1)).toEqual([94]);
  });
});

describe('events that drive a pin', () => {
  const sheet = {
    compatible: ['test,events'],
    title: 'events',
    bus: bytes,
    registers: {
      STATUS: { at: 0, access: 'w1c' },
      MASK: { at: 1, reset: 0xfe },
      LATCH: { at: 2, access: 'rc' },
      ENABLE: { at: 3 },
    },
    senses: {
      events: { kind: 'integer', range: [0, 255], field: 'STATUS', doc: 'x' },
      latch: { kind: 'integer', range: [0, 255], field: 'LATCH', doc: 'x' },
    },
    pins: ['INT'],
  } as const;
  const pin = ({ parts }: ReturnType<typeof onI2c>) => parts.at('/i2c/part').part.lines?.[0]?.high;

  it('assert it unless they are masked, until 1 is written', () => {
    const bench = onI2c({ ...sheet, interrupts: { pin: 'INT', status: ['STATUS'], mask: ['MASK'] } });
    expect(pin(bench)).toBe(true);
    bench.parts.set('/i2c/part', 'events', 0x03);
    expect(pin(bench)).toBe(false);
    bench.write(0, 0x01);
    expect(pin(bench)).toBe(true);
    expect(bench.read([0], 1)).toEqual([0x02]);
    bench.write(1, 0xfd);
    expect(pin(bench)).toBe(false);
  });

  it('are let through by a 1 of an enable register, and end when they are read', () => {
    const interrupts = {
      pin: 'INT',
      status: ['STATUS', 'LATCH'],
      mask: ['ENABLE', 'ENABLE'],
      letsThrough: 1,
    };
    const bench = onI2c({ ...sheet, interrupts, idleLow: ['INT'] });
    bench.parts.set('/i2c/part', 'latch', 0x10);
    expect(pin(bench)).toBe(false);
    bench.write(3, 0x10);
    expect(pin(bench)).toBe(true);
    expect(bench.read([2], 1)).toEqual([0x10]);
    expect(pin(bench)).toBe(false);
  });
});

describe('a clock', () => {
  // RV-3028-C7, 3.2: 00h to 06h, status 0Eh with PORF; the clock goes on from 2024-02-28 of another chip's test.
  const sheet = {
    compatible: ['test,clock'],
    title: 'clock',
    bus: bytes,
    battery: true,
    registers: {
      SECONDS: { at: 0, fields: { ST: 7, second: [6, 0] } },
      MINUTES: { at: 1, fields: { minute: [6, 0] } },
      HOURS: { at: 2, fields: { hour: [5, 0] } },
      WEEKDAY: { at: 3, fields: { weekday: [2, 0] } },
      DATE: { at: 4, fields: { day: [5, 0] } },
      MONTH: { at: 5, fields: { month: [4, 0] } },
      YEAR: { at: 6, fields: { year: [7, 0] } },
      STATUS: { at: 0x0e, fields: { PORF: [0, 'w0c'] } },
    },
    clock: { weekday: 'from-0', lost: 'STATUS.PORF', stop: 'SECONDS.ST' },
    senses: {
      time: { kind: 'text', doc: 'x' },
      battery: { kind: 'flag', initial: true, doc: 'x' },
    },
  } as const;

  it('ticks in its registers', () => {
    const { read, write, clock, parts } = onI2c(sheet);
    parts.set('/i2c/part', 'time', '2024-01-01T00:00:00Z');
    write(0, 0x59, 0x59, 0x23, 0x03, 0x28, 0x02, 0x24);
    clock.advance(1e9);
    expect(read([0], 7)).toEqual([0x00, 0x00, 0x00, 0x04, 0x29, 0x02, 0x24]);
    expect(parts.get('/i2c/part', 'time')).toBe('2024-02-29T00:00:00Z');
    parts.set('/i2c/part', 'time', '2026-11-28T12:34:56Z');
    expect(read([0], 3)).toEqual([0x56, 0x34, 0x12]);
  });

  it('stands still by its bit', () => {
    const { read, write, clock } = onI2c(sheet);
    write(0, 0x80 | 0x10);
    clock.advance(5e9);
    expect(read([0], 1)).toEqual([0x90]);
    write(0, 0x10);
    clock.advance(5e9);
    expect(read([0], 1)).toEqual([0x15]);
  });

  it('says that the time was lost after a power-on without a battery', () => {
    const { read, write, parts } = onI2c(sheet);
    parts.at('/i2c/part').reset();
    expect(read([0x0e], 1)).toEqual([0]);
    parts.set('/i2c/part', 'battery', false);
    parts.at('/i2c/part').reset();
    expect(read([0x0e], 1)).toEqual([1]);
    write(0x0e, 0);
    expect(read([0x0e], 1)).toEqual([0]);
  });
});

describe('forms', () => {
  it('a register is written only while another one unlocks it', () => {
    // BD71847: REGLOCK at 2Fh, 11h locks; here bit 4 of it has to be 0.
    const { read, write } = onI2c({
      compatible: ['test,locked'],
      title: 'locked',
      bus: bytes,
      registers: {
        BUCK: { at: 5, reset: 0x42, unlockedBy: { register: 'REGLOCK', mask: 0x10, value: 0 } },
        REGLOCK: { at: 0x2f, reset: 0x11 },
      },
    });
    write(5, 1);
    expect(read([5], 1)).toEqual([0x42]);
    write(0x2f, 0x01);
    write(5, 1);
    expect(read([5], 1)).toEqual([1]);
  });

  it('numbers of seven bits and values of nine (WM8960)', () => {
    const { read, write, warnings } = onI2c({
      compatible: ['test,nine'],
      title: 'nine',
      bus: { i2c: { form: 'word registers', address: 0x1a, nineBits: true } },
      registers: { LINVOL: { at: 0, reset: 0x097 }, ROUT1: { at: 3, writable: 0x1ff } },
    });
    write((3 << 1) | 1, 0x79);
    expect(read([3 << 1], 2)).toEqual([0x01, 0x79]);
    expect(read([0], 2)).toEqual([0x00, 0x97]);
    expect(warnings).toEqual([]);
  });

  it('several addresses, each with registers of its own', () => {
    const { i2c, read } = onI2c({
      compatible: ['test,several'],
      title: 'several',
      bus: { i2c: { form: 'byte registers', address: 0x48, also: [1, 3] } },
      registers: {
        FIRST: { at: 0x10, reset: 1 },
        SECOND: { at: 0x110, count: 2, reset: 2 },
        THIRD: { at: 0x210, reset: 3 },
      },
    });
    const at = (addr: number, number: number) => {
      const buf = new Uint8Array(2);
      i2c.transfer([
        { addr, flags: 0, buf: Uint8Array.of(number) },
        { addr, flags: I2C_M.RD, buf },
      ]);
      return [...buf];
    };
    expect(read([0x10], 1)).toEqual([1]);
    expect(at(0x2a, 0x10)).toEqual([2, 2]);
    expect(at(0x2c, 0x10)).toEqual([3, 0]);
    expect(() => at(0x2b, 0x10)).toThrow(/ENXIO/);
    i2c.transfer([{ addr: 0x2a, flags: 0, buf: Uint8Array.of(0x10, 7, 8) }]);
    expect(at(0x2a, 0x10)).toEqual([7, 8]);
    expect(at(0x29, 0x10)).toEqual([1, 0]);
  });

  it('an SPI header of three bytes whose bit says write (RK806)', () => {
    const { exchange } = onSpi({
      compatible: ['test,rk806'],
      title: 'RK806',
      bus: {
        spi: {
          form: 'registers',
          header: { bytes: 3, read: 0, write: 0x80_0000, address: 0xff00, shift: 8 },
        },
      },
      registers: { CHIP_NAME: { at: 0x5a, reset: 0x80, access: 'ro' }, BUCK: { at: 0x10, count: 2 } },
    });
    expect(exchange([0x00, 0x5a, 0x00], 1)).toEqual([0x80]);
    exchange([0x81, 0x10, 0x00, 0x12, 0x34]);
    expect(exchange([0x01, 0x10, 0x00], 2)).toEqual([0x12, 0x34]);
  });
});

it('names that lead nowhere are told, each with its key', () => {
  const { faults } = ownParts({
    parts: [
      {
        compatible: ['test,wrong'],
        title: 'wrong',
        bus: bytes,
        registers: { A: { at: 0, fields: { X: 0 }, unlockedBy: { register: 'KEY', mask: 1, value: 1 } } },
        senses: { a: { field: 'A.Y', doc: 'x' } },
        shows: { b: { field: 'B', enabledBy: 'A.Z', doc: 'x' } },
        interrupts: { pin: 'INT', status: ['C'] },
      },
    ],
  });
  expect(faults.join('\n')).toMatch(/senses\.a\.field: .*got "A\.Y"/);
  for (const named of [
    'shows.b.field',
    'shows.b.enabledBy',
    'A.unlockedBy.register',
    'invalid interrupts:',
    'interrupts.pin',
  ])
    expect(faults.join('\n')).toContain(named);
});

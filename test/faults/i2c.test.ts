import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Board, type I2cDev, openBoard, type TracedTransfer } from '../../src/board/index.ts';

const SOURCE = `/dts-v1/; / {
  i2c { compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>; dtbus,timeout-ms = <50>;
    temp: temp@48 { compatible = "national,lm75"; reg = <0x48>; };
    other: temp@49 { compatible = "national,lm75"; reg = <0x49>; };
    eeprom: eeprom@50 { compatible = "atmel,24c02"; reg = <0x50>; };
  };
};`;

let board: Board;
let i2c: I2cDev;
beforeEach(async () => {
  board = await openBoard({ source: SOURCE, backEnd: 'inline', clock: 'stepped' });
  i2c = board.open('/dev/i2c-0');
});
afterEach(() => board.close());

const read = (addr = 0x48, register = 0) =>
  i2c.transferSync([
    { addr, write: Uint8Array.of(register) },
    { addr, read: 2 },
  ])[0];
const write = (addr: number, ...bytes: number[]) =>
  i2c.transferSync([{ addr, write: Uint8Array.from(bytes) }]);

/** The errno of each of some transfers: `ok`, `ENXIO`, … */
function results(count: number, transfer: () => unknown): string[] {
  return Array.from({ length: count }, () => {
    try {
      transfer();
      return 'ok';
    } catch (thrown) {
      return (thrown as { code: string }).code;
    }
  });
}

/** What a trace has of one transfer. */
function traced(transfer: () => unknown): TracedTransfer {
  const trace = board.trace();
  results(1, transfer);
  trace.end();
  return trace.reader.read() as TracedTransfer;
}

describe('nack', () => {
  it('refuses an address once, with the errno and the place that a script and a trace see', () => {
    const fault = board.inject('nack', '&temp');
    expect(traced(() => read())).toMatchObject({
      fault: 'ENXIO',
      nack: { message: 0, byte: -1 },
      struck: ['nack on &temp'],
      // START, the address and its NACK, STOP: 11 bits at 100 kHz.
      wireMs: expect.closeTo(0.11, 6),
    });
    expect(read()).toEqual(Uint8Array.of(25, 0));
    expect(fault.fired).toBe(1);
    // START and nine bits at 100 kHz.
    expect(fault.strikes).toEqual([{ afterNs: 100e3, where: 'write to 0x48' }]);
  });

  it('says in the error that it was injected', () => {
    board.inject('nack', '&temp');
    expect(() => read()).toThrow('the address was not acknowledged; injected fault');
  });

  it('refuses one data byte, which the part then has not got', () => {
    board.inject('nack', '&eeprom', { at: 2 });
    const failed = traced(() => write(0x50, 0x10, 0xaa, 0xbb, 0xcc));
    // START, the address and three bytes of nine bits each, the last of them refused, STOP: 38 bits.
    const wireMs = expect.closeTo(0.38, 6);
    expect(failed).toMatchObject({ fault: 'EREMOTEIO', nack: { message: 0, byte: 2 }, wireMs });
    board.advance(10e6);
    const contents = board.part('&eeprom')['contents'] as Uint8Array;
    expect([...contents.subarray(0x10, 0x13)]).toEqual([0xaa, 0xff, 0xff]);
  });

  it('leaves other parts alone', () => {
    board.inject('nack', '&temp', { times: 9 });
    expect(results(1, () => read(0x49))).toEqual(['ok']);
  });

  it('counts only transfers in its direction, and at its register', () => {
    const reads = board.inject('nack', '&temp', { direction: 'read' });
    expect(traced(() => read()).nack).toEqual({ message: 1, byte: -1 });
    reads.remove();
    board.inject('nack', '&temp', { direction: 'read', register: 3 });
    expect([...results(1, () => read(0x48, 0)), ...results(1, () => read(0x48, 3))]).toEqual(['ok', 'ENXIO']);
  });
});

describe('when a fault strikes', () => {
  const one = () => i2c.transferSync([{ addr: 0x48, read: 1 }]);
  it.each([
    [{}, 'ENXIO ok ok ok ok ok'],
    [{ times: 2 }, 'ENXIO ENXIO ok ok ok ok'],
    [{ skip: 1 }, 'ok ENXIO ok ok ok ok'],
    [{ every: 2, times: 9 }, 'ENXIO ok ENXIO ok ENXIO ok'],
    [{ skip: 1, every: 3, times: 9 }, 'ok ENXIO ok ok ENXIO ok'],
  ])('%j', (options, expected) => {
    const fault = board.inject('nack', '&temp', options);
    expect(results(6, one).join(' ')).toBe(expected);
    expect(fault.fired).toBe(expected.split('ENXIO').length - 1);
  });

  it('not before some time has passed', () => {
    const fault = board.inject('nack', '&temp', { afterMs: 5 });
    expect(results(2, one)).toEqual(['ok', 'ok']);
    board.advance(5e6);
    expect(results(2, one)).toEqual(['ENXIO', 'ok']);
    // The two transfers took 20 bits each, START and the address ten.
    expect(fault.strikes[0]?.afterNs).toBe(5e6 + (2 * 20 + 10) * 10e3);
  });

  it('not after it was removed, and what it has done stays known', () => {
    const fault = board.inject('absent', '&temp');
    expect(results(2, one)).toEqual(['ENXIO', 'ENXIO']);
    fault.remove();
    expect(results(2, one)).toEqual(['ok', 'ok']);
    expect(fault.fired).toBe(2);
  });
});

describe('faults of a part', () => {
  it('absent and busy answer nothing for as long as they last', () => {
    board.inject('busy', '&temp', { forMs: 3 });
    const other = board.inject('absent', '&other', { afterMs: 1 });
    expect(results(1, () => read())).toEqual(['ENXIO']);
    board.advance(3e6);
    expect([...results(1, () => read()), ...results(1, () => read(0x49))]).toEqual(['ok', 'ENXIO']);
    expect(other.fired).toBe(1);
  });

  it('flip changes one bit of what is read, and of what arrives', () => {
    board.inject('flip', '&temp', { direction: 'read', byte: 1, bit: 7 });
    expect(read()).toEqual(Uint8Array.of(25, 0x80));
    expect(read()).toEqual(Uint8Array.of(25, 0));
    board.inject('flip', '&eeprom', { direction: 'write', byte: 1, bit: 0 });
    write(0x50, 0x20, 0x40, 0x41);
    board.advance(10e6);
    expect([...(board.part('&eeprom')['contents'] as Uint8Array).subarray(0x20, 0x22)]).toEqual([0x41, 0x41]);
  });

  it('brownOut forgets what the part was told, and keeps it silent for a while', () => {
    write(0x48, 3, 0x30, 0x00); // TOS 48 °C
    board.inject('brownOut', '&temp', { at: 1, forMs: 2 });
    expect(traced(() => write(0x48, 1, 0x60))).toMatchObject({
      fault: 'EREMOTEIO',
      nack: { message: 0, byte: 1 },
    });
    expect(results(1, () => read())).toEqual(['ENXIO']);
    board.advance(2e6);
    // Its power-on value is 80 °C (LM75 data sheet, table of the TOS register).
    expect(read(0x48, 3)).toEqual(Uint8Array.of(80, 0));
  });

  it('stretch takes its time, and beyond the time-out of the bus the transfer fails', () => {
    board.inject('stretch', '&temp', { ms: 25 });
    expect(traced(() => read())).toMatchObject({ fault: undefined, stretchedNs: 25e6 });
    board.inject('stretch', '&temp', { ms: 60 });
    expect(traced(() => read())).toMatchObject({
      fault: 'ETIMEDOUT',
      stretchedNs: 50e6,
      wireMs: expect.closeTo(50, 0),
    });
    expect(results(1, () => read())).toEqual(['ok']);
  });
});

describe('faults of a bus', () => {
  it('lose_arbitration is EAGAIN, and as in Linux who asks tries again', () => {
    board.inject('lose_arbitration', 'i2c-0', { times: 100 });
    expect(results(1, () => read())).toEqual(['EAGAIN']);
  });

  it('sda is EBUSY and scl ETIMEDOUT, for all parts, until they are let go', () => {
    const sda = board.inject('sda', '/i2c');
    expect([...results(1, () => read(0x48)), ...results(1, () => read(0x49))]).toEqual(['EBUSY', 'EBUSY']);
    sda.remove();
    board.inject('scl', '/dev/i2c-0', { forMs: 40 });
    expect(traced(() => read())).toMatchObject({ fault: 'ETIMEDOUT', wireMs: 50 });
    // Meanwhile it was let go.
    expect(results(1, () => read())).toEqual(['ok']);
  });
});

describe('a bus that another controller left in the middle of a byte (Linux fault injector of i2c-gpio)', () => {
  const register0 = () => {
    write(0x50, 0);
    return [...(i2c.transferSync([{ addr: 0x50, read: 1 }])[0] as Uint8Array)];
  };

  it.each([
    // The acknowledge, and the zeros that 25 °C (0x19) begins with: 0001 1001.
    ['incomplete_address_phase', '&temp', 1 + 3],
    ['incomplete_write_byte', '&eeprom', 1],
  ] as const)('%s: clock pulses free it, and nothing was written', (kind, target, pulses) => {
    write(0x50, 0, 0x5a);
    board.advance(10e6);
    const fault = board.inject(kind, target);
    // START, address and two bytes of nine bits, STOP, and before them the pulses; of a STOP alone no time is told.
    expect(traced(() => i2c.transferSync([{ addr: 0x49, read: 2 }]))).toMatchObject({
      fault: undefined,
      struck: [`${kind} on ${target}`, `SDA freed by ${pulses} clocks`],
      wireMs: expect.closeTo((29 + pulses) / 100, 6),
    });
    expect(fault.fired).toBe(1);
    expect(register0()).toEqual([0x5a]);
  });

  it('stays busy where SDA is pinned from outside', () => {
    board.inject('incomplete_write_byte', '&eeprom');
    board.inject('sda', 'i2c-0');
    expect(results(1, () => read())).toEqual(['EBUSY']);
  });
});

describe('conditions', () => {
  it('while: only where it returns true', () => {
    const places: string[] = [];
    const fault = board.inject('nack', '&temp', {
      times: 9,
      while: ({ where }) => {
        places.push(where);
        return where.startsWith('read');
      },
    });
    expect(traced(() => read()).nack).toEqual({ message: 1, byte: -1 });
    expect(places).toEqual(['write to 0x48', 'read from 0x48']);
    expect(fault.fired).toBe(1);
  });

  it('chance: the same for the same seed, which is told', () => {
    const pattern = (seed?: number) => {
      const given = seed === undefined ? {} : { seed };
      const fault = board.inject('nack', '&temp', { chance: 0.5, times: 99, ...given });
      const seen = results(40, () => i2c.transferSync([{ addr: 0x48, read: 1 }])).join(' ');
      fault.remove();
      return { seen, text: fault.text, fired: fault.fired };
    };
    const first = pattern();
    const seed = Number(/^nack on &temp, seed (\d+)$/.exec(first.text)?.[1]);
    expect(pattern(seed)).toEqual(first);
    expect(pattern(seed + 1).seen).not.toBe(first.seen);
    expect(first.fired).toBeGreaterThan(8);
    expect(first.fired).toBeLessThan(32);
  });
});

describe('faults of what a part senses', () => {
  const celsius = () => (read()?.[0] ?? 0) + (read()?.[1] === 0x80 ? 0.5 : 0);

  it('come on top of what it is set to, in their order, and go with the fault', () => {
    const offset = board.inject('offset', '&temp', { by: 2 });
    expect(celsius()).toBe(27);
    board.part('&temp')['temperature'] = 40;
    expect(celsius()).toBe(42);
    const clip = board.inject('clip', '&temp', { property: 'temperature', max: 41 });
    expect(celsius()).toBe(41);
    clip.remove();
    offset.remove();
    expect([celsius(), board.part('&temp')['temperature']]).toEqual([40, 40]);
  });

  it('stuck stays at what it felt first; drift goes with the board’s time', () => {
    const stuck = board.inject('stuck', '&temp');
    expect(celsius()).toBe(25);
    board.part('&temp')['temperature'] = 60;
    expect(celsius()).toBe(25);
    stuck.remove();
    board.part('&temp')['temperature'] = 20;
    board.inject('drift', '&temp', { perSecond: 0.5 });
    board.advance(10e9);
    expect(celsius()).toBe(25);
  });

  it('noise has another value each time, the same for the same seed', () => {
    const values = () => {
      const noise = board.inject('noise', '&temp', { amplitude: 8, seed: 3 });
      const seen = Array.from({ length: 12 }, () => read()?.[0] ?? 0);
      noise.remove();
      return seen;
    };
    const seen = values();
    expect(values()).toEqual(seen);
    expect(new Set(seen).size).toBeGreaterThan(5);
    expect(Math.min(...seen)).toBeGreaterThanOrEqual(17);
    expect(Math.max(...seen)).toBeLessThanOrEqual(33);
  });
});

describe('a fault that cannot be', () => {
  const inject =
    (...args: readonly unknown[]) =>
    () =>
      (board.inject as (...all: unknown[]) => unknown).apply(board, [...args]);
  it.each([
    [['nak', '&temp'], 'unknown fault "nak": did you mean nack'],
    [['nack', '&tmp'], /^not found: bus or part &tmp; the board has: .*\(did you mean &temp\)$/],
    [['nack', '&temp', { att: 1 }], 'unknown option att of fault nack: did you mean at'],
    [['nack', '&temp', { times: 0 }], 'invalid times: expected an integer from 1'],
    [['stretch', '&temp'], 'option ms of fault stretch is required'],
    [['sda', '&temp'], 'invalid target of fault sda: expected a bus, got the part &temp'],
    [['muxStuck', 'i2c-0'], 'invalid target of fault muxStuck: expected a part, got the bus i2c-0'],
    [
      ['offset', '&temp', { by: 1, property: 'temp' }],
      /not found: temp of \/i2c\/temp@48; it has: .*temperature/,
    ],
    [
      ['lostEdge', '&temp', { line: 1 }],
      'unsupported fault lostEdge on &temp: it is for lines of GPIO controllers',
    ],
    [['miso', 'i2c-0', { level: 1 }], 'unsupported fault miso on i2c-0: it is for spi buses only'],
  ])('%j', (args, sentence) => {
    expect(inject(...args)).toThrow(sentence);
  });
});

describe('every place in turn', () => {
  it('at any: the address and each byte of a write are chances, and counted', () => {
    const count = board.inject('nack', '&temp', { at: 'any', skip: 1000 });
    write(0x48, 1, 0x20);
    read();
    // Address, two bytes; address, a byte, address.
    expect([count.chances, count.fired]).toEqual([6, 0]);
    count.remove();
    const places = [0, 1, 2, 3, 4, 5].map((skip) => {
      const fault = board.inject('nack', '&temp', { at: 'any', skip });
      const seen = results(2, () => {
        write(0x48, 1, 0x20);
        read();
      });
      fault.remove();
      return [seen.join(), ...fault.strikes.map(({ where }) => where)];
    });
    expect(places).toEqual([
      ['ENXIO,ok', 'write to 0x48'],
      ['EREMOTEIO,ok', 'write to 0x48, byte 0'],
      ['EREMOTEIO,ok', 'write to 0x48, byte 1'],
      ['ENXIO,ok', 'write to 0x48'],
      ['EREMOTEIO,ok', 'write to 0x48, byte 0'],
      ['ENXIO,ok', 'read from 0x48'],
    ]);
  });

  it('byte any: each byte of what is read or written may be flipped', () => {
    const flip = board.inject('flip', '&temp', { byte: 'any', skip: 2 });
    expect(read()).toEqual(Uint8Array.of(25, 1));
    expect(flip.strikes).toMatchObject([{ where: 'read from 0x48, byte 1' }]);
    expect(flip.chances).toBe(3);
  });

  it('what lasts begins after the chances that are skipped', () => {
    const absent = board.inject('absent', '&temp', { skip: 2 });
    // A read has two addresses.
    expect(results(3, () => read())).toEqual(['ok', 'ENXIO', 'ENXIO']);
    expect([absent.chances, absent.fired]).toEqual([4, 2]);
  });
});

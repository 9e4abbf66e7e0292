import { describe, expect, it } from 'vitest';
import { SimulatedI2cController } from '../../../hosts/simulated/index.ts';
import { I2C_FUNC, I2C_M, type I2cMessage } from '../../../src/bus/index.ts';
import { type I2cPart, I2cWire, SteppedClock, TEN_BIT_ADDRESS } from '../../../src/sim/index.ts';
import { faultOf, i2cBench } from '../../sim/support.ts';

const { RD, TEN, NOSTART, IGNORE_NAK, REV_DIR_ADDR, NO_RD_ACK, STOP, RECV_LEN } = I2C_M;

/** A part at 0x20 (and ten-bit 0x220) that logs, acknowledges `accepts` bytes a write, and sends `sends`. */
function bench(options: { accepts?: number; sends?: number[] } = {}) {
  const log: string[] = [];
  const sends = [...(options.sends ?? [1, 2, 3, 4, 5, 6, 7, 8])];
  const part: I2cPart = {
    addresses: [0x20, (TEN_BIT_ADDRESS | 0x220) >>> 0],
    state: {},
    reset() {},
    start(address, read) {
      log.push(`${read ? 'R' : 'W'}${(address & 0x3ff).toString(16)}`);
      return true;
    },
    write(data) {
      log.push(`<${[...data].join(',')}`);
      return Math.min(options.accepts ?? data.length, data.length);
    },
    read(into) {
      for (let i = 0; i < into.length; i++) into[i] = sends.shift() ?? 0xff;
    },
    stop: () => log.push('P'),
  };
  const wire = new I2cWire({ clock: new SteppedClock(undefined, false) });
  wire.attach(part, '/part');
  const controller = new SimulatedI2cController(wire);
  return {
    log,
    run(...messages: [flags: number, data: number[] | number, addr?: number][]): I2cMessage[] {
      const all = messages.map(([flags, data, addr = 0x20]) => ({
        addr,
        flags,
        buf: Uint8Array.from(typeof data === 'number' ? new Array(data).fill(0) : data),
      }));
      controller.transfer(all);
      return all;
    },
  };
}

describe('messages', () => {
  it('are joined by repeated STARTs and end with one STOP', () => {
    const { log, run } = bench();
    const [, read] = run([0, [9, 8]], [RD, 2]);
    expect([...(read as I2cMessage).buf]).toEqual([1, 2]);
    expect(log).toEqual(['W20', '<9,8', 'R20', 'P']);
  });

  it('of no length only address', () => {
    const { log, run } = bench();
    run([0, []]);
    run([RD, []]);
    expect(log).toEqual(['W20', 'P', 'R20', 'P']);
  });

  it('of 8192 bytes pass in one piece', async () => {
    const eeprom = await i2cBench({ compatible: 'atmel,24c64', reg: 0x50 });
    eeprom.set(
      'contents',
      Uint8Array.from({ length: 8192 }, (_, i) => i % 253),
    );
    const bytes = eeprom.writeRead([0, 0], 8192);
    expect([bytes.length, bytes[8191]]).toEqual([8192, 8191 % 253]);
  });

  it('of which there are none do nothing', () => {
    const { log, run } = bench();
    run();
    expect(log).toEqual([]);
  });
});

describe('faults (Documentation/i2c/fault-codes.rst)', () => {
  it('ENXIO: the address was not acknowledged, and the bus is free again', () => {
    const { log, run } = bench();
    expect(faultOf(() => run([0, [1]], [RD, 1, 0x21]))).toBe('ENXIO');
    expect(log).toEqual(['W20', '<1', 'P']);
    expect(() => run([RD, 1, 0x21])).toThrow('ENXIO: address 0x21 was not acknowledged');
  });

  it('EREMOTEIO: a data byte was not acknowledged, and which', () => {
    const { log, run } = bench({ accepts: 2 });
    expect(() => run([0, [1, 2, 3]], [RD, 1])).toThrow(
      'EREMOTEIO: address 0x20 did not acknowledge byte 2 of 3',
    );
    expect(log).toEqual(['W20', '<1,2,3', 'P']);
  });

  it.each([
    [0, 0x80],
    [TEN, 0x400],
  ])('EINVAL: flags %i cannot have address %i', (flags, addr) => {
    expect(faultOf(() => bench().run([flags, [1], addr]))).toBe('EINVAL');
  });
});

describe('flags (Documentation/i2c/i2c-protocol.rst)', () => {
  it('TEN', () => {
    const { log, run } = bench();
    run([TEN, [1], 0x220], [TEN | RD, 1, 0x220]);
    expect(log).toEqual(['W220', '<1', 'R220', 'P']);
  });

  it('NOSTART continues without address', () => {
    const { log, run } = bench();
    run([0, [1]], [NOSTART, [2, 3]]);
    expect(log).toEqual(['W20', '<1', '<2,3', 'P']);
  });

  it('NOSTART on the first message sends its bytes as the address', () => {
    const { log, run } = bench();
    run([NOSTART, [0x40, 7]]);
    expect(log).toEqual(['W20', '<7', 'P']);
    expect(faultOf(() => run([NOSTART, [0x42, 7]]))).toBe('EREMOTEIO');
  });

  it('IGNORE_NAK goes on after NACKs of address and data', () => {
    const { log, run } = bench({ accepts: 1 });
    run([IGNORE_NAK, [1, 2, 3, 4]], [IGNORE_NAK, [1], 0x21]);
    expect(log).toEqual(['W20', '<1,2,3,4', '<3,4', '<', 'P']);
  });

  it('REV_DIR_ADDR turns the address bit; the part then takes no data', () => {
    const { log, run } = bench();
    expect(faultOf(() => run([REV_DIR_ADDR, [1]]))).toBe('EREMOTEIO');
    expect(log).toEqual(['R20', 'P']);
    const [read] = run([REV_DIR_ADDR | RD, 2]);
    expect([...(read as I2cMessage).buf]).toEqual([0xff, 0xff]);
  });

  it('NO_RD_ACK reads all the same', () => {
    const [read] = bench().run([RD | NO_RD_ACK, 2]);
    expect([...(read as I2cMessage).buf]).toEqual([1, 2]);
  });

  it('STOP ends the transaction in the middle', () => {
    const { log, run } = bench();
    run([STOP, [1]], [0, [2]]);
    expect(log).toEqual(['W20', '<1', 'P', 'W20', '<2', 'P']);
  });

  it('RECV_LEN reads as much as the first byte says, and a packet error code where there is room', () => {
    const [block] = bench({ sends: [2, 10, 11, 12] }).run([RD | RECV_LEN, 33]);
    expect([...(block as I2cMessage).buf.subarray(0, 5)]).toEqual([2, 10, 11, 0, 0]);
    const [checked] = bench({ sends: [2, 10, 11, 12] }).run([RD | RECV_LEN, 34]);
    expect([...(checked as I2cMessage).buf.subarray(0, 5)]).toEqual([2, 10, 11, 12, 0]);
  });

  it.each([0, 33])('RECV_LEN of %i bytes is EPROTO', (count) => {
    expect(faultOf(() => bench({ sends: [count] }).run([RD | RECV_LEN, 33]))).toBe('EPROTO');
  });

  it('functionality says so', async () => {
    const { i2c } = await i2cBench({ compatible: 'national,lm75', reg: 0x48 });
    const wanted = I2C_FUNC.I2C | I2C_FUNC.TENBIT_ADDR | I2C_FUNC.NOSTART | I2C_FUNC.PROTOCOL_MANGLING;
    expect(i2c.functionality & wanted).toBe(wanted);
  });
});

describe('the hot path', () => {
  it('grows no memory', async () => {
    const { i2c } = await i2cBench({ compatible: 'atmel,24c02', reg: 0x50 });
    const messages = [
      { addr: 0x50, flags: 0, buf: Uint8Array.of(0) },
      { addr: 0x50, flags: RD, buf: new Uint8Array(16) },
    ];
    const spin = (rounds: number) => {
      for (let i = 0; i < rounds; i++) i2c.transfer(messages);
    };
    spin(20_000);
    const growth = [1, 2, 3, 4, 5].map(() => {
      const before = process.memoryUsage().heapUsed;
      spin(20_000);
      return process.memoryUsage().heapUsed - before;
    });
    // A view a transfer would be 100 bytes and more. The rest of the process allocates, too, now and then.
    growth.sort((a, b) => a - b);
    expect(growth[2]).toBeLessThan(20_000 * 100);
  });
});

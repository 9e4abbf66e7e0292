import { describe, expect, it } from 'vitest';
import {
  I2cDriverAdapter,
  I2cDriverEmulator,
  SpiDriverAdapter,
  SpiDriverEmulator,
} from '../../../hosts/excamera/index.ts';
import { emulatedLink } from '../../../hosts/link/index.ts';
import { I2C_M } from '../../../src/bus/index.ts';
import { spiTransfer } from '../../support/spi.ts';
import { ABSENT, MEMORY, PICKY, RecordingWire } from '../recording-wire.ts';
import { SDA_HELD } from '../suite/held-line.ts';

const text = (words: string) => Buffer.from(words, 'latin1');

function i2cDriver() {
  const wire = new RecordingWire();
  const emulator = new I2cDriverEmulator(wire);
  const ask = (...bytes: (number | string)[]) => [
    ...emulator.feed(
      Buffer.concat(bytes.map((each) => (typeof each === 'string' ? text(each) : Uint8Array.of(each)))),
    ),
  ];
  return { wire, emulator, ask, adapter: new I2cDriverAdapter('the adapter', emulatedLink(emulator)) };
}

describe('the commands of an I2CDriver', () => {
  it('start, write, read and stop, with a status for each but the last', () => {
    const { ask, wire } = i2cDriver();
    wire.memory.set([0x12, 0x34], 3);
    expect(ask('s', 0xa0)).toEqual([0x31]);
    expect(ask(0xc0, 3)).toEqual([0x31]);
    expect(ask('s', 0xa1, 0x81, 'p')).toEqual([0x31, 0x12, 0x34]);
    expect(wire.log).toEqual(['W50', '<03', 'R50', '>12', '>34', 'P']);
    expect(ask('s', ABSENT << 1, 'p')).toEqual([0x30]);
    expect(ask('s', PICKY << 1, 0xc2, 1, 2, 3, 'p')).toEqual([0x31, 0x30]);
  });

  it('say who it is in 80 bytes, echo, and free the bus', () => {
    const { ask } = i2cDriver();
    expect(ask('?')).toHaveLength(80);
    expect(Buffer.from(ask('?')).toString()).toMatch(/^\[i2cdriver1 \w+ .*\]$/);
    expect(ask('e', 0xaa, 'x', '@')).toEqual([0xaa, 0x33]);
  });
});

describe('the controller of an I2CDriver', () => {
  it('ends a write of 64 bytes that another program left, and the transaction', async () => {
    const { ask, adapter, wire } = i2cDriver();
    ask('s', 0xa0, 0xff, 7, 8);
    await adapter.open();
    expect(wire.log.at(-1)).toBe('P');
    wire.log = [];
    await adapter.transfer([{ addr: MEMORY, flags: 0, buf: Uint8Array.of(9) }]);
    expect(wire.log).toEqual(['W50', '<09', 'P']);
    await adapter.close();
  });

  it('writes and reads by 64 bytes, of which the last of a message is refused', async () => {
    const { adapter, wire } = i2cDriver();
    await adapter.open();
    const read = { addr: MEMORY, flags: I2C_M.RD, buf: new Uint8Array(130) };
    wire.memory.forEach((_, at) => {
      wire.memory[at] = at;
    });
    await adapter.transfer([{ addr: MEMORY, flags: 0, buf: Uint8Array.of(0) }, read]);
    expect([...read.buf]).toEqual(Array.from({ length: 130 }, (_, at) => at));
    await adapter.close();
  });

  it('says that SDA is held low, and works again once it is free', async () => {
    const { adapter, wire } = i2cDriver();
    await adapter.open();
    const write = { addr: MEMORY, flags: 0, buf: Uint8Array.of(9) };
    wire.i2c.injected.faults = SDA_HELD;
    await expect(adapter.transfer([write])).rejects.toThrow('EBUSY: SDA is held low');
    expect(wire.log).toEqual([]);
    wire.i2c.injected.faults = undefined;
    await adapter.transfer([write]);
    expect(wire.log).toEqual(['W50', '<09', 'P']);
    await adapter.close();
  });

  it('is not taken in by an SPIDriver', async () => {
    const other = new I2cDriverAdapter('the adapter', emulatedLink(new SpiDriverEmulator({})));
    await expect(other.open()).rejects.toThrow(
      'no i2cdriver found on a port in this process: it says "spidriver"',
    );
  });
});

describe('an SPIDriver', () => {
  it('exchanges and writes up to 64 bytes a command (flashrom spidriver.c)', () => {
    const wire = new RecordingWire();
    const emulator = new SpiDriverEmulator(wire);
    expect([
      ...emulator.feed(Buffer.concat([text('m\0s'), Uint8Array.of(0x83, 0x9f, 0, 0, 0), text('u')])),
    ]).toEqual([0x60, 0xef, 0x40, 0x14]);
    expect([...emulator.feed(Buffer.concat([text('s'), Uint8Array.of(0xc1, 1, 2), text('ueZ')]))]).toEqual([
      0x5a,
    ]);
    expect(wire.log).toEqual(['[0', '9f', '00', '00', '00', ']', '[0', '01', '02', ']']);
  });

  it('of version 1 has mode 0 alone', async () => {
    const emulator = new SpiDriverEmulator({});
    const old = {
      feed: (bytes: Uint8Array) => {
        const answer = Buffer.from(emulator.feed(bytes))
          .toString('latin1')
          .replace('spidriver2', 'spidriver1');
        return text(answer);
      },
    };
    const adapter = new SpiDriverAdapter('the adapter', emulatedLink(old));
    await adapter.open();
    expect(adapter.capabilities.modes).toBe(8);
    await expect(adapter.transfer(0, 3, [spiTransfer({ tx: Uint8Array.of(1) })])).rejects.toThrow(
      /^EOPNOTSUPP/,
    );
    await adapter.transfer(0, 0, [spiTransfer({ tx: Uint8Array.of(1) })]);
    await adapter.close();
  });
});

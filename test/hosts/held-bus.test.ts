import { describe, expect, it } from 'vitest';
import { Ch341aAdapter, Ch341aEmulator } from '../../hosts/ch341a/index.ts';
import { Cp2112Adapter, Cp2112Emulator } from '../../hosts/cp2112/index.ts';
import { FirmataAdapter, FirmataEmulator } from '../../hosts/firmata/index.ts';
import { Ft260Adapter, Ft260Emulator } from '../../hosts/ft260/index.ts';
import { I2cTinyUsbAdapter, I2cTinyUsbEmulator } from '../../hosts/i2c-tiny-usb/index.ts';
import { emulatedLink } from '../../hosts/link/index.ts';
import { Mcp2221Adapter, Mcp2221Emulator } from '../../hosts/mcp2221/index.ts';
import { I2C_M, type I2cMessage } from '../../src/bus/index.ts';
import { EmulatedConnection, EmulatedPort } from '../../src/usb/index.ts';
import { spiTransfer } from '../support/spi.ts';
import { MEMORY, RecordingWire } from './recording-wire.ts';
import { SDA_HELD } from './suite/held-line.ts';

const ADAPTERS = [
  // They do not tell which of them is low.
  ['CP2112', 'SDA or SCL is held low, and a CP2112', Cp2112Emulator, Cp2112Adapter],
  ['FT260', 'SDA or SCL is held low, and an FT260', Ft260Emulator, Ft260Adapter],
  ['MCP2221A', 'SDA is held low, and an MCP2221A', Mcp2221Emulator, Mcp2221Adapter],
] as const;

/**
 * What Linux's fault injector leaves: a part that was addressed (incomplete_address_phase) or written to
 * (incomplete_write_byte), and whose acknowledge bit was not clocked, holds SDA low.
 */
describe.each(ADAPTERS)('a bus whose SDA is held low, on a %s', (title, sentence, Emulator, Adapter) => {
  const write: I2cMessage = { addr: MEMORY, flags: 0, buf: Uint8Array.of(0x20) };
  const read: I2cMessage = { addr: MEMORY, flags: I2C_M.RD, buf: new Uint8Array(1) };

  it.each([
    ['a write', [write]],
    ['a read', [read]],
    ['both', [write, read]],
  ])('is EBUSY for %s, with what to do, and works again once it is free', async (_, messages) => {
    const wire = new RecordingWire();
    const { i2c } = wire;
    const port = new EmulatedPort(new Emulator(i2c));
    const adapter = new Adapter(title, async () => new EmulatedConnection(port));
    await adapter.open();
    i2c.injected.faults = SDA_HELD;
    for (let i = 0; i < 2; i++)
      await expect(adapter.transfer(messages)).rejects.toThrow(
        `EBUSY: ${sentence} cannot free the bus: switch its parts off and on`,
      );
    expect(wire.log).toEqual([]);
    i2c.injected.faults = undefined;
    await adapter.transfer([write, read]);
    expect(wire.log).toEqual(['W50', '<20', 'R50', '>00', 'P']);
    await adapter.close();
  });
});

describe('a bus whose SDA is held low, on a CH341A', () => {
  const write: I2cMessage = { addr: MEMORY, flags: 0, buf: Uint8Array.of(0x20) };
  const readOf = (): I2cMessage => ({ addr: MEMORY, flags: I2C_M.RD, buf: new Uint8Array(1) });
  const HELD = 'EBUSY: SDA is held low, and a CH341A cannot free the bus: switch its parts off and on';

  async function bench() {
    const wire = new RecordingWire();
    const port = new EmulatedPort(new Ch341aEmulator(wire));
    const adapter = new Ch341aAdapter('CH341A', async () => new EmulatedConnection(port));
    await adapter.open();
    return { wire, adapter };
  }

  it('is EBUSY before anything is sent, where it was held from the beginning; SPI goes on', async () => {
    const { wire, adapter } = await bench();
    wire.i2c.injected.faults = SDA_HELD;
    for (let i = 0; i < 2; i++) await expect(adapter.i2c.transfer([write, readOf()])).rejects.toThrow(HELD);
    expect(wire.log).toEqual([]);
    await adapter.spi?.transfer(0, 0, [spiTransfer({ tx: Uint8Array.of(1), speedHz: 2_000_000 })]);
    expect(wire.log).toEqual(['[0', '01', ']']);
    wire.i2c.injected.faults = undefined;
    wire.log = [];
    await adapter.i2c.transfer([write, readOf()]);
    expect(wire.log).toEqual(['W50', '<20', 'R50', '>00', 'P']);
    await adapter.close();
  });

  it.each([
    ['a write', [write]],
    ['a read of zeros', [readOf()]],
  ])('is EBUSY where %s met it later, and zeros that a part sends are none', async (_, messages) => {
    const { wire, adapter } = await bench();
    await adapter.i2c.transfer(messages);
    wire.i2c.injected.faults = SDA_HELD;
    await expect(adapter.i2c.transfer(messages)).rejects.toThrow(HELD);
    wire.i2c.injected.faults = undefined;
    await adapter.i2c.transfer(messages);
    await adapter.close();
  });
});

describe('a bus whose SDA is held low, on an i2c-tiny-usb', () => {
  const write: I2cMessage = { addr: MEMORY, flags: 0, buf: Uint8Array.of(0x20) };
  const readOf = (): I2cMessage => ({ addr: MEMORY, flags: I2C_M.RD, buf: new Uint8Array(1) });
  const HELD = 'EBUSY: SDA is held low, and an i2c-tiny-usb cannot free the bus: switch its parts off and on';
  const SEEN = ['W50', '<20', 'R50', '>00', 'P'];

  async function bench() {
    const wire = new RecordingWire();
    const port = new EmulatedPort(new I2cTinyUsbEmulator(wire.i2c));
    const adapter = new I2cTinyUsbAdapter('i2c-tiny-usb', async () => new EmulatedConnection(port));
    await adapter.open();
    return { wire, adapter };
  }

  it('is EBUSY before anything is written, where it was held from the beginning, and works once it is free', async () => {
    const { wire, adapter } = await bench();
    wire.i2c.injected.faults = SDA_HELD;
    for (let i = 0; i < 2; i++) await expect(adapter.transfer([write])).rejects.toThrow(HELD);
    expect(wire.log).toEqual([]);
    wire.i2c.injected.faults = undefined;
    wire.log = [];
    wire.memory[0x20] = 0x5a;
    await adapter.transfer([write, readOf()]);
    expect(wire.log).toEqual(['W50', '<20', 'R50', '>5a', 'P']);
    await adapter.close();
  });

  it('is EBUSY where a read of zeros met it later; zeros that a part sends are none', async () => {
    const { wire, adapter } = await bench();
    await adapter.transfer([write, readOf()]);
    expect(wire.log).toEqual(SEEN);
    wire.i2c.injected.faults = SDA_HELD;
    await expect(adapter.transfer([readOf()])).rejects.toThrow(HELD);
    wire.i2c.injected.faults = undefined;
    await adapter.transfer([write, readOf()]);
    await adapter.close();
  });
});

describe('a bus whose SDA or SCL is held low, on a Firmata board', () => {
  const write: I2cMessage = { addr: MEMORY, flags: 0, buf: Uint8Array.of(0x20) };
  const HELD =
    'EBUSY: SDA or SCL is held low, and a Firmata board cannot free the bus: switch its parts off and on';

  it.each([
    ['SDA', SDA_HELD],
    ['SCL', { ...SDA_HELD, sdaHeld: false, sclHeld: true }],
  ])('%s: is EBUSY before its I2C is switched on, and works once it is free', async (_, faults) => {
    const wire = new RecordingWire();
    const adapter = new FirmataAdapter(
      'a board',
      { chipSelects: [10] },
      emulatedLink(new FirmataEmulator(wire)),
    );
    await adapter.open();
    wire.i2c.injected.faults = faults;
    for (let i = 0; i < 2; i++) await expect(adapter.i2c.transfer([write])).rejects.toThrow(HELD);
    expect(wire.log).toEqual([]);
    wire.i2c.injected.faults = undefined;
    const read: I2cMessage = { addr: MEMORY, flags: I2C_M.RD, buf: new Uint8Array(1) };
    await adapter.i2c.transfer([write, read]);
    expect(wire.log).toEqual(['W50', '<20', 'R50', '>00', 'P']);
    await adapter.close();
  });
});

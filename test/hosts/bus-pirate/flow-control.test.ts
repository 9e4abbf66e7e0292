import { describe, expect, it } from 'vitest';
import {
  BusPirateAdapter,
  BusPirateEmulator,
  DEFAULT_SETTINGS,
  V4_FIRMWARE_8_0,
} from '../../../hosts/bus-pirate/index.ts';
import { I2C_M } from '../../../src/bus/index.ts';
import { spiTransfer } from '../../support/spi.ts';
import { MEMORY, RecordingWire } from '../recording-wire.ts';
import { directLink } from './direct-link.ts';
import { V3Line } from './uart-model.ts';

const UART_FIFO = 4;

async function v3(baud: number, busHz: number) {
  const wire = new RecordingWire();
  /** The bus is busy for that many clocks. */
  const during = <T>(clocks: number, result: T): T => {
    line.busUs += (clocks * 1e6) / busHz;
    return result;
  };
  const i2c = {
    start: () => during(2, wire.i2c.start()),
    writeByte: (byte: number) => during(9, wire.i2c.writeByte(byte)),
    readByte: (ack: boolean) => during(9, wire.i2c.readByte(ack)),
    stop: () => during(2, wire.i2c.stop()),
  };
  const spi = {
    select: (cs: number, mode: number, hz: number) => wire.spi.select(cs, mode, hz),
    exchange: (tx: Uint8Array | undefined, rx: Uint8Array | undefined, length: number) => {
      during(8 * length, wire.spi.exchange(tx, rx, length));
    },
    deselect: () => wire.spi.deselect(),
  };
  const line = new V3Line({ i2c, spi }, baud);
  const link = directLink(line);
  const host = new BusPirateAdapter('v3', { ...DEFAULT_SETTINGS, baud }, link.open);
  await host.open();
  line.deepest = 0;
  link.writes.length = 0;
  return { host, line, link, wire };
}

describe('a v3 has a FIFO of four bytes and no flow control: it never gets more than it can hold', () => {
  const bauds = [115_200, 1_000_000, 2_000_000];
  const i2cSpeeds = [5_000, 50_000, 100_000, 400_000];
  const i2cCases = bauds.flatMap((baud) => i2cSpeeds.map((hz) => ({ baud, hz })));

  it.each(i2cCases)('I2C at $hz Hz, $baud baud', async ({ baud, hz }) => {
    const { host, line, wire } = await v3(baud, hz);
    host.i2c.setClockFrequency(hz);
    const data = Uint8Array.from({ length: 257 }, (_, i) => (i === 0 ? 0 : i * 5));
    const read = new Uint8Array(256);
    const long = new Uint8Array(4200);
    await host.i2c.transfer([{ addr: MEMORY, flags: 0, buf: data }]);
    await host.i2c.transfer([
      { addr: MEMORY, flags: 0, buf: Uint8Array.of(0) },
      { addr: MEMORY, flags: I2C_M.RD, buf: read },
    ]);
    // Longer than write-then-read can: byte for byte.
    await host.i2c.transfer([{ addr: MEMORY, flags: I2C_M.RD, buf: long }]);
    await host.i2c.transfer([{ addr: MEMORY, flags: 0, buf: Uint8Array.of(1, 2, 3, 4) }]);
    expect(line.deepest).toBeLessThanOrEqual(UART_FIFO);
    expect([...wire.memory.subarray(2, 4)]).toEqual([3, 4]);
    expect([...read]).toEqual([...data.subarray(1)]);
  });

  const spiSpeeds = [30_000, 125_000, 250_000, 1_000_000, 2_000_000];
  const spiCases = bauds.flatMap((baud) => spiSpeeds.map((hz) => ({ baud, hz })));

  it.each(spiCases)('SPI at $hz Hz, $baud baud', async ({ baud, hz }) => {
    const { host, line, wire } = await v3(baud, hz);
    const rx = new Uint8Array(9000);
    const tx = Uint8Array.from({ length: 300 }, (_, i) => i | 0x80);
    const both = new Uint8Array(300);
    const at = { speedHz: hz };
    await host.spi.transfer(0, 0, [
      spiTransfer({ ...at, tx: Uint8Array.of(3, 0, 0, 0) }),
      spiTransfer({ ...at, rx }),
    ]);
    await host.spi.transfer(0, 0, [spiTransfer({ ...at, tx, rx: both })]);
    await host.spi.transfer(0, 0, [spiTransfer({ ...at, tx })]);
    await host.spi.transfer(0, 0, [spiTransfer({ ...at, tx, csChange: true }), spiTransfer({ ...at, tx })]);
    expect(line.deepest).toBeLessThanOrEqual(UART_FIFO);
    expect(rx).toEqual(wire.flash.subarray(0, 9000));
    expect([...both]).toEqual([...tx].map((byte) => ~byte & 0xff));
  });
});

describe('what can go ahead of its answers does', () => {
  async function v4() {
    const wire = new RecordingWire();
    // Behind zeros alone it looks whether SDA is held.
    wire.memory.fill(0x5a);
    const link = directLink(new BusPirateEmulator({ i2c: wire.i2c, spi: wire.spi, traits: V4_FIRMWARE_8_0 }));
    const host = new BusPirateAdapter('v4', DEFAULT_SETTINGS, link.open);
    await host.open();
    await host.i2c.transfer([{ addr: MEMORY, flags: 0, buf: new Uint8Array(0) }]);
    return { host, link };
  }
  const register = { addr: MEMORY, flags: 0, buf: Uint8Array.of(3) };
  const value = { addr: MEMORY, flags: I2C_M.RD, buf: new Uint8Array(16) };

  it('a register is read in one round trip, on a v3 too', async () => {
    const old = await v3(115_200, 100_000);
    old.wire.memory.fill(0x5a);
    for (const { host, link } of [await v4(), old]) {
      await host.i2c.transfer([register, value]);
      link.writes.length = 0;
      await host.i2c.transfer([register, value]);
      expect(link.writes).toHaveLength(1);
      // START, bulk of 2: address and register; write-then-read: 1 byte out, 16 in.
      expect([...(link.writes[0] as Uint8Array)]).toEqual([2, 0x11, 0xa0, 3, 8, 0, 1, 0, 16, 0xa1]);
    }
  });

  it('a page is written in one round trip', async () => {
    const { host, link } = await v4();
    link.writes.length = 0;
    await host.i2c.transfer([{ addr: MEMORY, flags: 0, buf: new Uint8Array(65) }]);
    expect(link.writes).toHaveLength(1);
  });

  it('a flash is read in one round trip', async () => {
    const { host, link } = await v4();
    const read = () =>
      host.spi.transfer(0, 0, [
        spiTransfer({ tx: Uint8Array.of(3, 0, 0, 0) }),
        spiTransfer({ rx: new Uint8Array(256) }),
      ]);
    await read();
    link.writes.length = 0;
    await read();
    expect(link.writes.map((bytes) => [...bytes])).toEqual([[4, 0, 4, 1, 0, 3, 0, 0, 0]]);
  });

  it('but nothing before it is known that a longer write was acknowledged', async () => {
    const { host, link } = await v4();
    link.writes.length = 0;
    await host.i2c.transfer([{ addr: MEMORY, flags: 0, buf: new Uint8Array(3) }, value]);
    expect(link.writes).toHaveLength(2);
  });
});

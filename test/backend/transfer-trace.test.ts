import { describe, expect, it } from 'vitest';
import {
  Client,
  ResourceManager,
  TraceReader,
  TraceWriter,
  type TransferRecord,
  traceMemory,
} from '../../src/backend/index.ts';
import { BusFault, I2C_M, type I2cController } from '../../src/bus/index.ts';
import { hostOf } from '../support/rig.ts';
import { spiTransfer } from '../support/spi.ts';

const RING_BYTES = 1 << 16;

function trace() {
  const memory = traceMemory(RING_BYTES);
  return { writer: new TraceWriter(memory), reader: new TraceReader(memory) };
}

function record(more: Partial<TransferRecord> = {}): TransferRecord {
  return { bus: '/i2c', client: 'the board', startedMs: 1000, durationMs: 0.25, fault: undefined, ...more };
}

const SPI = spiTransfer({});

describe('the trace of transfers', () => {
  it('gives an I2C transaction message by message: who, when, to whom, what', () => {
    const { writer, reader } = trace();
    const messages = [
      { addr: 0x148, flags: I2C_M.TEN, buf: Uint8Array.of(7) },
      { addr: 0x48, flags: I2C_M.RD, buf: Uint8Array.of(0x1f, 0x80) },
    ];
    writer.write(3, record({ messages }));
    expect(reader.read()).toEqual({
      bus: 3,
      client: 'the board',
      startedMs: 1000,
      durationMs: 0.25,
      fault: undefined,
      segments: [
        { target: 0x148, tenBit: true, sent: { bytes: Uint8Array.of(7), length: 1 }, received: undefined },
        {
          target: 0x48,
          tenBit: false,
          sent: undefined,
          received: { bytes: Uint8Array.of(0x1f, 0x80), length: 2 },
        },
      ],
    });
    expect(reader.read()).toBeUndefined();
  });

  it('gives the place of a NACK, and what was read before it', () => {
    const { writer, reader } = trace();
    const read = { addr: 0x48, flags: I2C_M.RD, buf: Uint8Array.of(0x1f, 0x80) };
    const fault = new BusFault('ENXIO', undefined, { nack: { message: 1, byte: -1 } });
    writer.write(0, record({ messages: [read, read, read], fault }));
    const { nack, segments = [] } = reader.read() ?? {};
    expect(nack).toEqual({ message: 1, byte: -1 });
    expect(segments.map(({ received }) => received?.bytes.length)).toEqual([2, 0, 0]);
    const data = new BusFault('EREMOTEIO', undefined, { nack: { message: 0, byte: 70_000 } });
    writer.write(0, record({ messages: [read], fault: data }));
    expect(reader.read()?.nack).toEqual({ message: 0, byte: 70_000 });
  });

  it('gives of a block whose length the part says what came', () => {
    const { writer, reader } = trace();
    const flags = I2C_M.RD | I2C_M.RECV_LEN;
    const buf = new Uint8Array(34).fill(9);
    buf[0] = 2;
    writer.write(0, record({ messages: [{ addr: 0x48, flags, buf }] }));
    // The count, two bytes, and the packet error code that there is room for.
    expect(reader.read()?.segments[0]?.received?.length).toBe(4);
  });

  it('gives an SPI message with both directions', () => {
    const { writer, reader } = trace();
    const transfers = [{ ...SPI, tx: Uint8Array.of(1, 2), rx: Uint8Array.of(3, 4) }];
    writer.write(0, record({ chipSelect: 2, transfers }));
    expect(reader.read()?.segments).toEqual([
      {
        target: 2,
        tenBit: false,
        sent: { bytes: Uint8Array.of(1, 2), length: 2 },
        received: { bytes: Uint8Array.of(3, 4), length: 2 },
      },
    ]);
  });

  it('has what was sent in a transfer that failed, and nothing of what came in', () => {
    const { writer, reader } = trace();
    const messages = [{ addr: 0x20, flags: I2C_M.RD, buf: Uint8Array.of(1) }];
    writer.write(0, record({ messages, fault: new BusFault('ENXIO') }));
    const traced = reader.read();
    expect(traced?.fault).toBe('ENXIO');
    expect(traced?.segments[0]?.received).toEqual({ bytes: new Uint8Array(0), length: 1 });
  });

  it('keeps the beginning of long messages and says how long they were', () => {
    const { writer, reader } = trace();
    const long = new Uint8Array(100_000).fill(9);
    writer.write(0, record({ chipSelect: 0, transfers: Array(20).fill({ ...SPI, tx: long, rx: long }) }));
    const segments = reader.read()?.segments ?? [];
    expect(segments[0]?.sent).toEqual({ bytes: new Uint8Array(4096).fill(9), length: 100_000 });
    expect(segments.every(({ received }) => received?.length === 100_000)).toBe(true);
  });

  it('counts what finds no room, in bounded memory, and goes on when there is room again', () => {
    const { writer, reader } = trace();
    const messages = [{ addr: 1, flags: 0, buf: new Uint8Array(1000) }];
    for (let i = 0; i < 100; i++) writer.write(i, record({ messages }));
    const seen: number[] = [];
    for (let next = reader.read(); next !== undefined; next = reader.read()) seen.push(next.bus);
    expect(seen.length).toBeGreaterThan(50);
    expect(seen).toEqual(seen.map((_, i) => i));
    expect(reader.dropped).toBe(100 - seen.length);
    writer.write(7, record({ messages }));
    expect(reader.read()?.bus).toBe(7);
  });

  it('loses nothing at the end of the ring, however records lie across it', () => {
    const { writer, reader } = trace();
    for (let i = 0; i < 2000; i++) {
      const buf = new Uint8Array(i % 300).fill(i);
      writer.write(i % 7, record({ messages: [{ addr: 1, flags: 0, buf }] }));
      expect(reader.read()?.segments[0]?.sent).toEqual({ bytes: buf, length: buf.length });
    }
    expect(reader.dropped).toBe(0);
  });
});

describe('observed buses', () => {
  it('say when a transfer began and how long it took', async () => {
    const manager = new ResourceManager();
    const controller: I2cController = { description: 'test', functionality: 1, transfer: () => {} };
    const bus = manager.addI2cBus('/i2c', hostOf({ i2c: controller }), controller);
    await manager.open();
    const records: TransferRecord[] = [];
    bus.observer = (one) => records.push(one);
    const before = Date.now();
    manager.transferI2c(new Client('a'), bus, [{ addr: 0x50, flags: 0, buf: new Uint8Array(1) }]);
    expect(records[0]?.startedMs).toBeGreaterThan(before - 1000);
    expect(records[0]?.startedMs).toBeLessThan(Date.now() + 1000);
    expect(records[0]?.durationMs).toBeGreaterThanOrEqual(0);
    expect(records[0]?.durationMs).toBeLessThan(1000);
  });
});

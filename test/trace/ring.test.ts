import { describe, expect, it } from 'vitest';
import { Client, ResourceManager } from '../../src/backend/index.ts';
import { BusFault, I2C_M, type I2cController } from '../../src/bus/index.ts';
import {
  type TracedTransfer,
  TraceReader,
  TraceWriter,
  type TransferRecord,
  traceMemory,
} from '../../src/trace/index.ts';
import { hostOf } from '../support/rig.ts';
import { spiTransfer } from '../support/spi.ts';
import { recordOf as record, SMOOTH } from '../support/trace.ts';

const RING_BYTES = 1 << 16;

function trace() {
  const memory = traceMemory(RING_BYTES);
  const [writer, reader] = [new TraceWriter(memory), new TraceReader(memory)];
  let sequence = 0;
  const write = (bus: number, one: TransferRecord) => writer.transfer(bus, ++sequence, one);
  /** The next event, where it is a transfer. */
  const read = () => reader.read() as TracedTransfer | undefined;
  return { writer, reader, write, read };
}

const SPI = spiTransfer({});

describe('the trace of transfers', () => {
  it('gives an I2C transaction message by message: who, when, to whom, what', () => {
    const { write, read } = trace();
    const messages = [
      { addr: 0x148, flags: I2C_M.TEN, buf: Uint8Array.of(7) },
      { addr: 0x48, flags: I2C_M.RD, buf: Uint8Array.of(0x1f, 0x80) },
    ];
    write(3, record({ messages }));
    expect(read()).toEqual({
      kind: 'transfer',
      sequence: 1,
      bus: 3,
      client: 'the board',
      startedMs: 1000,
      ...SMOOTH,
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
    expect(read()).toBeUndefined();
  });

  it('gives the place of a NACK, and what was read before it', () => {
    const { write, read } = trace();
    const asked = { addr: 0x48, flags: I2C_M.RD, buf: Uint8Array.of(0x1f, 0x80) };
    const fault = new BusFault('ENXIO', undefined, { nack: { message: 1, byte: -1 } });
    write(0, record({ messages: [asked, asked, asked], fault }));
    const { nack, segments = [] } = read() ?? {};
    expect(nack).toEqual({ message: 1, byte: -1 });
    expect(segments.map(({ received }) => received?.bytes.length)).toEqual([2, 0, 0]);
    const data = new BusFault('EREMOTEIO', undefined, { nack: { message: 0, byte: 70_000 } });
    write(0, record({ messages: [asked], fault: data }));
    expect(read()?.nack).toEqual({ message: 0, byte: 70_000 });
  });

  it('gives of a block whose length the part says what came', () => {
    const { write, read } = trace();
    const flags = I2C_M.RD | I2C_M.RECV_LEN;
    const buf = new Uint8Array(34).fill(9);
    buf[0] = 2;
    write(0, record({ messages: [{ addr: 0x48, flags, buf }] }));
    // The count, two bytes, and the packet error code that there is room for.
    expect(read()?.segments[0]?.received?.length).toBe(4);
  });

  it('gives an SPI message with both directions', () => {
    const { write, read } = trace();
    const transfers = [{ ...SPI, tx: Uint8Array.of(1, 2), rx: Uint8Array.of(3, 4) }];
    write(0, record({ chipSelect: 2, transfers }));
    expect(read()?.segments).toEqual([
      {
        target: 2,
        tenBit: false,
        sent: { bytes: Uint8Array.of(1, 2), length: 2 },
        received: { bytes: Uint8Array.of(3, 4), length: 2 },
      },
    ]);
  });

  it('has what was sent in a transfer that failed, and nothing of what came in', () => {
    const { write, read } = trace();
    const messages = [{ addr: 0x20, flags: I2C_M.RD, buf: Uint8Array.of(1) }];
    write(0, record({ messages, fault: new BusFault('ENXIO') }));
    const traced = read();
    expect(traced?.fault).toBe('ENXIO');
    expect(traced?.segments[0]?.received).toEqual({ bytes: new Uint8Array(0), length: 1 });
  });

  it('keeps the beginning of long messages and says how long they were', () => {
    const { write, read } = trace();
    const long = new Uint8Array(100_000).fill(9);
    write(0, record({ chipSelect: 0, transfers: Array(20).fill({ ...SPI, tx: long, rx: long }) }));
    const segments = read()?.segments ?? [];
    expect(segments[0]?.sent).toEqual({ bytes: new Uint8Array(4096).fill(9), length: 100_000 });
    expect(segments.every(({ received }) => received?.length === 100_000)).toBe(true);
  });

  it('counts what finds no room, in bounded memory, and goes on when there is room again', () => {
    const { write, read, reader } = trace();
    const messages = [{ addr: 1, flags: 0, buf: new Uint8Array(1000) }];
    for (let i = 0; i < 100; i++) write(i, record({ messages }));
    const seen: number[] = [];
    for (let next = read(); next !== undefined; next = read()) seen.push(next.bus);
    expect(seen.length).toBeGreaterThan(50);
    expect(seen).toEqual(seen.map((_, i) => i));
    expect(reader.dropped).toBe(100 - seen.length);
    write(7, record({ messages }));
    expect(read()?.bus).toBe(7);
  });

  it('loses nothing at the end of the ring, however records lie across it', () => {
    const { write, read, reader } = trace();
    for (let i = 0; i < 2000; i++) {
      const buf = new Uint8Array(i % 300).fill(i);
      write(i % 7, record({ messages: [{ addr: 1, flags: 0, buf }] }));
      expect(read()?.segments[0]?.sent).toEqual({ bytes: buf, length: buf.length });
    }
    expect(reader.dropped).toBe(0);
  });

  it('gives what a transfer met: its wait, attempts, stretched clock and injected faults', () => {
    const { write, read } = trace();
    const met = { queuedMs: 12.5, wireMs: 3, attempts: 3, stretchedNs: 2e6, struck: ['nack', 'a µ-fault'] };
    write(0, record(met));
    expect(read()).toMatchObject(met);
  });

  it('gives edges of lines between transfers, all in one order', () => {
    const { writer, write, reader } = trace();
    write(0, record());
    writer.edge(2, { startedMs: 1001, controller: '/gpio', line: 3, name: 'button', high: false });
    writer.edge(3, { startedMs: 1002, controller: '/gpio', line: 4, name: '', high: true });
    expect(reader.read()?.sequence).toBe(1);
    expect([reader.read(), reader.read()]).toEqual([
      {
        kind: 'edge',
        sequence: 2,
        startedMs: 1001,
        controller: '/gpio',
        line: 3,
        name: 'button',
        high: false,
      },
      { kind: 'edge', sequence: 3, startedMs: 1002, controller: '/gpio', line: 4, name: '', high: true },
    ]);
  });
});

describe('observed buses', () => {
  it('tell the wait for a turn and the time on the wire apart, and count attempts', async () => {
    let ms = 0;
    const manager = new ResourceManager({}, { originMs: 0, nowMs: () => ms });
    const ends: ((lost: boolean) => void)[] = [];
    const controller: I2cController = {
      description: 'test',
      functionality: 1,
      transfer: () =>
        new Promise((resolve, reject) => {
          ends.push((lost) => (lost ? reject(new BusFault('EAGAIN')) : resolve()));
        }),
      notes: () => ({ stretchedNs: 100, struck: [] }),
    };
    const host = { ...hostOf({ i2c: controller }), synchronous: false };
    const bus = manager.addI2cBus('/i2c', host, controller);
    await manager.open();
    const records: TransferRecord[] = [];
    bus.observer = (one) => records.push(one);
    const ask = (name: string) =>
      manager.transferI2c(new Client(name), bus, [{ addr: 0x50, flags: 0, buf: new Uint8Array(1) }], {
        retries: 1,
      });
    const end = async (lost: boolean) => {
      ends.shift()?.(lost);
      await new Promise((resolve) => setImmediate(resolve));
    };
    const both = Promise.all([ask('a'), ask('b')]);
    await new Promise((resolve) => setImmediate(resolve));
    ms = 5;
    await end(true);
    ms = 8;
    await end(false);
    ms = 10;
    await end(false);
    await both;
    expect(records).toMatchObject([
      { client: 'a', queuedMs: 0, wireMs: 8, attempts: 2, stretchedNs: 200 },
      { client: 'b', queuedMs: 8, wireMs: 2, attempts: 1, stretchedNs: 100 },
    ]);
  });

  it('tell of what was refused before its turn that it was never on the wire', async () => {
    const manager = new ResourceManager();
    const controller: I2cController = { description: 'test', functionality: 1, transfer: () => {} };
    const limited = { ...controller, maxMessageLength: 1 };
    const bus = manager.addI2cBus('/i2c', hostOf({ i2c: limited }), limited);
    await manager.open();
    const records: TransferRecord[] = [];
    bus.observer = (one) => records.push(one);
    const messages = [{ addr: 0x50, flags: 0, buf: new Uint8Array(2) }];
    expect(() => manager.transferI2c(new Client('a'), bus, messages)).toThrow('EMSGSIZE');
    expect(records).toMatchObject([{ attempts: 0, wireMs: 0 }]);
  });

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
    expect(records[0]?.wireMs).toBeGreaterThanOrEqual(0);
    expect(records[0]?.wireMs).toBeLessThan(1000);
  });
});

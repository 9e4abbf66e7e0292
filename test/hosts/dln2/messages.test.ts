import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createAdapter, DEFAULT_SETTINGS, Dln2Adapter, Dln2Emulator } from '../../../hosts/dln2/index.ts';
import { BusFault, I2C_M, type I2cMessage, NodeError } from '../../../src/bus/index.ts';
import { EmulatedConnection, EmulatedPort, type UsbDevice } from '../../../src/usb/index.ts';
import { node } from '../../sim/support.ts';
import { spiTransfer } from '../../support/spi.ts';
import { ABSENT, MEMORY, PICKY, RecordingWire } from '../recording-wire.ts';
import { faultOf, nackOf } from '../suite/controller-bench.ts';

function bench(
  settings = DEFAULT_SETTINGS,
  change: (device: Dln2Emulator) => UsbDevice = (device) => device,
) {
  const wire = new RecordingWire();
  const emulator = new Dln2Emulator(wire);
  const port = new EmulatedPort(change(emulator));
  const adapter = new Dln2Adapter('the adapter', async () => new EmulatedConnection(port), settings);
  return { wire, emulator, port, adapter };
}

const write = (addr: number, ...data: number[]): I2cMessage => ({
  addr,
  flags: 0,
  buf: Uint8Array.from(data),
});
const read = (addr: number, length: number): I2cMessage => ({
  addr,
  flags: I2C_M.RD,
  buf: new Uint8Array(length),
});
const bytes = (hex: string) => Uint8Array.from(hex.split(' ').map((byte) => Number.parseInt(byte, 16)));

describe('messages (Linux drivers/mfd/dln2.c, i2c-dln2.c, spi-dln2.c)', () => {
  async function ask(hex: string): Promise<string> {
    const usb = new EmulatedConnection(bench().port);
    await usb.out(0x01, bytes(hex));
    return Buffer.from(await usb.in(0x81, 512))
      .toString('hex')
      .replace(/..(?!$)/g, '$& ');
  }

  it.each([
    ['the version', '08 00 30 00 34 12 01 00', '0e 00 30 00 34 12 01 00 00 00 00 02 00 00'],
    [
      'a write of two bytes',
      '13 00 06 03 01 00 03 00 00 50 00 00 00 00 00 02 00 20 81',
      '0c 00 06 03 01 00 03 00 00 00 02 00',
    ],
    [
      'a read of one byte of an absent part',
      '11 00 07 03 01 00 03 00 00 33 00 00 00 00 00 01 00',
      '0a 00 07 03 01 00 03 00 ba 00',
    ],
    ['an unknown command', '08 00 ff 00 01 00 01 00', '0a 00 ff 00 01 00 01 00 91 00'],
    ['the count of chip selects', '09 00 44 02 01 00 04 00 00', '0c 00 44 02 01 00 04 00 00 00 01 00'],
    [
      'an exchange of one byte',
      '0d 00 1a 02 01 00 04 00 00 01 00 00 9f',
      '0d 00 1a 02 01 00 04 00 00 00 01 00 60',
    ],
  ])('%s', async (_what, sent, answered) => {
    expect(await ask(sent)).toBe(answered);
  });
});

describe('I2C', () => {
  it('reads a register by one message each way', async () => {
    let count = 0;
    const { adapter } = bench(DEFAULT_SETTINGS, (emulator) => ({
      description: emulator.description,
      plugged: (port) => emulator.plugged(port),
      received: (endpoint, data) => {
        count++;
        emulator.received(endpoint, data);
      },
    }));
    await adapter.open();
    count = 0;
    await adapter.i2c.transfer([write(MEMORY, 3), read(MEMORY, 2)]);
    expect(count).toBe(1);
  });

  it('sends a register of up to four bytes in front of a read, the high byte first', async () => {
    const { adapter, wire } = bench();
    await adapter.open();
    await adapter.i2c.transfer([write(MEMORY, 0x12, 0x34, 0x56, 0x78), read(MEMORY, 1)]);
    expect(wire.log).toEqual(['W50', '<12', '<34', '<56', '<78', 'R50', '>00', 'P']);
    wire.log = [];
    const five = [write(MEMORY, 1, 2, 3, 4, 5), read(MEMORY, 1)];
    expect(await faultOf(() => adapter.i2c.transfer(five))).toBe('EOPNOTSUPP');
    expect(await faultOf(() => adapter.i2c.setClockFrequency(10_000))).toBe('EINVAL');
    expect(wire.log).toEqual([]);
  });

  it('makes two transactions of it where the node says so, as Linux does', async () => {
    const { adapter, wire } = bench({ ...DEFAULT_SETTINGS, stopsBetween: true });
    await adapter.open();
    await adapter.i2c.transfer([write(MEMORY, 0x10), read(MEMORY, 1)]);
    expect(wire.log).toEqual(['W50', '<10', 'P', 'R50', '>00', 'P']);
    expect(await nackOf(() => adapter.i2c.transfer([write(ABSENT, 1), read(ABSENT, 1)]))).toEqual({
      message: 0,
      byte: -1,
    });
  });

  it('tells a refused byte from a refused address, and not which byte', async () => {
    const { adapter, wire } = bench();
    await adapter.open();
    expect(await faultOf(() => adapter.i2c.transfer([write(PICKY, 1, 2, 3)]))).toBe('EREMOTEIO');
    expect(wire.log).toEqual(['W51', '<01', '<02', '<03!', 'P']);
    expect(await nackOf(() => adapter.i2c.transfer([write(PICKY, 1, 2, 3)]))).toBeUndefined();
  });
});

it('takes no late answer for that of another request', async () => {
  const late: (() => void)[] = [];
  let isSlow = false;
  const { adapter, wire } = bench(DEFAULT_SETTINGS, (emulator) => ({
    description: emulator.description,
    plugged: (port) =>
      emulator.plugged({
        send: (endpoint, data) => {
          const answer = data.slice();
          if (isSlow) late.push(() => port.send(endpoint, answer));
          else port.send(endpoint, answer);
        },
      }),
    received: (endpoint, data) => emulator.received(endpoint, data),
  }));
  await adapter.open();
  wire.memory.set([0xaa, 0xbb]);
  await adapter.i2c.transfer([write(MEMORY, 0)]);
  isSlow = true;
  const deadline = new AbortController();
  wire.atNextEvent(() => deadline.abort());
  expect(await faultOf(() => adapter.i2c.transfer([read(MEMORY, 1)], deadline.signal))).toBe('ETIMEDOUT');
  const message = read(MEMORY, 1);
  const again = adapter.i2c.transfer([message]);
  for (const answer of late) answer();
  await again;
  expect([...message.buf]).toEqual([0xbb]);
});

it('refuses an SPI clock that is too slow, before the wire', async () => {
  const { adapter, wire } = bench();
  await adapter.open();
  const slow = [spiTransfer({ tx: Uint8Array.of(1), speedHz: 1000 })];
  expect(await faultOf(() => adapter.spi.transfer(0, 0, slow))).toBe('EINVAL');
  expect(wire.log).toEqual([]);
});

describe('pins', () => {
  it('are inputs and outputs, and tell of edges', async () => {
    const { adapter, emulator } = bench();
    const { pins } = emulator;
    await adapter.open();
    const { lines } = adapter;
    const edges: string[] = [];
    lines.onEdge = ({ line, high }) => edges.push(`${line}${high ? '+' : '-'}`);
    expect(await lines.get(10)).toBe(true);
    await lines.drive(10, false);
    expect([await lines.get(10), pins.level(10)]).toEqual([false, 0]);
    await lines.watch(11, true);
    pins.drive(11, false);
    pins.drive(12, false);
    pins.drive(11, true);
    expect(await lines.get(11)).toBe(true);
    expect(edges).toEqual(['11-', '11+']);
    await lines.watch(11, false);
    pins.drive(11, false);
    await lines.release(10);
    expect([await lines.get(11), pins.level(10)]).toEqual([false, 1]);
    expect(edges).toHaveLength(2);
  });

  it('are as they were when the adapter is back', async () => {
    const { adapter, emulator, port } = bench();
    await adapter.open();
    const edges: number[] = [];
    adapter.lines.onEdge = ({ line }) => edges.push(line);
    await adapter.lines.drive(10, false);
    await adapter.lines.watch(11, true);
    port.unplug();
    port.plug();
    expect(emulator.pins.level(10)).toBe(1);
    await adapter.open();
    expect(emulator.pins.level(10)).toBe(0);
    emulator.pins.drive(11, false);
    await adapter.lines.get(11);
    expect(edges).toEqual([11]);
  });

  it('that I2C and SPI have, or that are not there, are refused', async () => {
    const { adapter } = bench();
    await adapter.open();
    expect(await faultOf(() => adapter.lines.get(0))).toBe('EBUSY');
    expect(await faultOf(() => adapter.lines.get(32))).toBe('EINVAL');
  });
});

it('says at once that it is gone when it was pulled out and put back between two transfers', async () => {
  const { adapter, port } = bench();
  await adapter.open();
  port.unplug();
  await setImmediate();
  port.plug();
  expect(await faultOf(() => adapter.i2c.transfer([write(MEMORY, 1)]))).toBe('ENODEV');
  await adapter.open();
  await adapter.i2c.transfer([write(MEMORY, 1)]);
});

it('hears a device again whose endpoint stalled', async () => {
  const wire = new RecordingWire();
  const port = new EmulatedPort(new Dln2Emulator(wire));
  const usb = new EmulatedConnection(port);
  const listen = usb.in.bind(usb);
  let stalls = 0;
  usb.in = async (...args) => {
    const message = await listen(...args);
    if (stalls-- > 0) throw new BusFault('EPROTO', 'stalled');
    return message;
  };
  const adapter = new Dln2Adapter('the adapter', async () => usb);
  await adapter.open();
  stalls = 1;
  expect(await faultOf(() => adapter.i2c.transfer([write(MEMORY, 1)]))).toBe('EPROTO');
  await adapter.i2c.transfer([write(MEMORY, 2)]);
  expect(wire.log.slice(-3)).toEqual(['W50', '<02', 'P']);
});

it('a device with its ids that is something else is EPROTO', async () => {
  const noEndpoints = bench(DEFAULT_SETTINGS, ({ description }) => ({
    description: { ...description, interfaces: [{ class: 0xff, endpoints: [] }] },
  }));
  expect(await faultOf(() => noEndpoints.adapter.open())).toBe('EPROTO');
  const other = bench(DEFAULT_SETTINGS, (emulator) => {
    let port: Parameters<Dln2Emulator['plugged']>[0] | undefined;
    return {
      description: emulator.description,
      plugged: (its) => {
        port = its;
      },
      // Hardware 0x0100.
      received: (_, sent) => port?.send(0x81, Uint8Array.of(14, 0, ...sent.subarray(2, 8), 0, 0, 0, 1, 0, 0)),
    };
  });
  expect(await faultOf(() => other.adapter.open())).toBe('EPROTO');
});

it('refuses a wrong number of chip selects in its node', () => {
  const wrong = { ...node({ name: 'dln2', compatible: 'diolan,dln2' }), u32: () => 9 };
  expect(() => createAdapter(wrong)).toThrow(NodeError);
});

import { describe, expect, it } from 'vitest';
import { dataOf, frameOf } from '../../../hosts/bus-pirate-5/cobs.ts';
import {
  BusPirate5Adapter,
  BusPirate5Emulator,
  DEFAULT_SETTINGS,
  type Settings,
} from '../../../hosts/bus-pirate-5/index.ts';
import {
  decodeRequest,
  decodeResponse,
  encodeError,
  encodeRequest,
  encodeResponse,
} from '../../../hosts/bus-pirate-5/protocol.ts';
import { EmulatedPins } from '../../../hosts/pins/index.ts';
import { I2C_M } from '../../../src/bus/index.ts';
import { spiTransfer } from '../../support/spi.ts';
import { directLink, type Peer } from '../bus-pirate/direct-link.ts';
import { inFakeTime } from '../fake-time.ts';
import { ABSENT, MEMORY, RecordingWire } from '../recording-wire.ts';
import { SDA_HELD } from '../suite/held-line.ts';

const LATE_MS = 1500;

/** @param answerOf what becomes of an answer */
function bench(
  answerOf: (answer: Uint8Array) => Uint8Array = (answer) => answer,
  settings: Partial<Settings> = {},
) {
  const wire = new RecordingWire();
  const pins = new EmulatedPins();
  const emulator = new BusPirate5Emulator({ ...wire, i2c: wire.i2c, spi: wire.spi, pins });
  const peer: Peer = { feed: (bytes) => answerOf(emulator.feed(bytes)) };
  const link = directLink(peer);
  const adapter = new BusPirate5Adapter('the cable', { ...DEFAULT_SETTINGS, ...settings }, link.open);
  const ask = (bytes: Uint8Array) => {
    const answer = emulator.feed(bytes);
    return decodeResponse(dataOf(answer.subarray(0, -1)));
  };
  /** The requests that were sent since the last call. */
  const requests = () => {
    const all = link.writes.splice(0).map((frame) => decodeRequest(dataOf(frame.subarray(0, -1))).contents);
    return all.map((each) => `${each?.name}`);
  };
  return { wire, pins, emulator, link, adapter, ask, requests };
}

const write = { addr: MEMORY, flags: 0, buf: Uint8Array.of(9) };
const data = (request: Parameters<typeof encodeRequest<'data'>>[1]) =>
  frameOf(encodeRequest('data', request));

describe('the firmware’s answers', () => {
  it('are words for what it does not understand', () => {
    const { ask } = bench();
    const good = encodeRequest('status', {});
    expect(ask(Uint8Array.of(5, 1, 0)).error).toBe('COBS decode failed');
    // What follows a frame at once makes it none.
    expect(ask(Uint8Array.of(...frameOf(good), 1)).error).toBe('COBS decode failed');
    expect(ask(frameOf(Uint8Array.of(0xff, 0xff, 0xff, 0xff))).error).toBe('Invalid flatbuffer');
    expect(ask(new Uint8Array(700).fill(1)).error).toBe('Flatbuffer buffer overflow');
    const other = (major: number, minor: number) =>
      ask(frameOf(encodeRequest('status', {}, { major, minor }))).error;
    expect(other(3, 0)).toBe('Unsupported BPIO version, expected 2.x');
    expect(other(2, 3)).toMatch(/update the Bus Pirate firmware/);
    expect(ask(data({ start_main: true })).contents?.fields).toMatchObject({
      error: 'Protocol request failed',
    });
    expect(ask(data({ bytes_read: 513 })).contents?.fields).toEqual({ error: 'Data read size too large' });
  });

  it('make of a byte and a read the read alone, and leave the bus as it is behind a refused byte', () => {
    const { ask, wire } = bench();
    ask(frameOf(encodeRequest('configuration', { mode: 'i2c', mode_configuration: { speed: 100_000 } })));
    ask(data({ start_main: true, data_write: Uint8Array.of(0xa0), bytes_read: 1, stop_main: true }));
    expect(wire.log).toEqual(['R50', '>00', 'P']);
    wire.log = [];
    ask(data({ start_main: true, data_write: Uint8Array.of(ABSENT << 1), stop_main: true }));
    expect(wire.log).toEqual(['W33!']);
  });
});

describe('the controller of a Bus Pirate 5', () => {
  it('takes two requests for a register: the lines, and the transfer', async () => {
    const { adapter, requests, wire } = bench();
    await adapter.open();
    await adapter.i2c.transfer([write]);
    requests();
    wire.log = [];
    const read = { addr: MEMORY, flags: I2C_M.RD, buf: new Uint8Array(2) };
    await adapter.i2c.transfer([write, read]);
    expect(requests()).toEqual(['status', 'data']);
    expect(wire.log).toEqual(['W50', '<09', 'R50', '>00', '>00', 'P']);
    await adapter.close();
  });

  it('clocks a part free that holds SDA, with no pulse more than it takes', async () => {
    const { adapter, wire } = bench();
    await adapter.open();
    let pulses = 0;
    let held = true;
    wire.i2c.injected.faults = {
      ...SDA_HELD,
      get sdaHeld() {
        return held;
      },
      pulse: () => {
        pulses++;
        if (pulses === 4) {
          held = false;
          wire.i2c.injected.faults = undefined;
        }
      },
    };
    await adapter.i2c.transfer([write]);
    expect(pulses).toBe(4);
    expect(wire.log.slice(-3)).toEqual(['W50', '<09', 'P']);
    await adapter.close();
  });

  it('says that SDA is held low after nine pulses, and works again once it is free', async () => {
    const { adapter, wire } = bench();
    await adapter.open();
    let pulses = 0;
    wire.i2c.injected.faults = { ...SDA_HELD, pulse: () => pulses++ };
    await expect(adapter.i2c.transfer([write])).rejects.toThrow('EBUSY: SDA is held low');
    expect(pulses).toBe(9);
    expect(wire.log.filter((event) => event !== 'P')).toEqual([]);
    wire.i2c.injected.faults = undefined;
    await adapter.i2c.transfer([write]);
    expect(wire.log.slice(-3)).toEqual(['W50', '<09', 'P']);
    await adapter.close();
  });

  it('refuses what it cannot do', async () => {
    const { adapter } = bench();
    await adapter.open();
    const read = { addr: MEMORY, flags: I2C_M.RD, buf: new Uint8Array(1) };
    const long = { ...write, buf: new Uint8Array(512) };
    await expect(adapter.i2c.transfer([long, read])).rejects.toThrow('EOPNOTSUPP');
    await expect(adapter.i2c.transfer([{ ...write, buf: new Uint8Array(0) }, read])).rejects.toThrow(
      'EOPNOTSUPP',
    );
    expect(() => adapter.i2c.setClockFrequency(999)).toThrow('EINVAL');
    expect(adapter.i2c.setClockFrequency(123_456)).toBe(123_000);
    await adapter.close();
  });

  it('keeps the clock of a chip that stays selected, or says that it cannot', async () => {
    const { adapter, wire } = bench();
    await adapter.open();
    const one = (speedHz: number, csChange = false) =>
      spiTransfer({ tx: Uint8Array.of(0x55), speedHz, csChange });
    await adapter.spi.transfer(0, 0, [one(1e6, true)]);
    await adapter.spi.transfer(0, 0, [one(2e6, true)]);
    await expect(adapter.spi.transfer(0, 0, [one(1e5)])).rejects.toThrow('EOPNOTSUPP');
    expect(wire.log).toEqual(['[0', '55', '55', ']']);
    await adapter.close();
  });

  it('keeps its lines while the buses take turns; those of the buses are none', async () => {
    const { adapter, pins } = bench();
    await adapter.open();
    await adapter.lines.drive(2, true);
    await adapter.i2c.transfer([write]);
    await adapter.spi.transfer(0, 0, [spiTransfer({ tx: Uint8Array.of(1) })]);
    expect([pins.outputs, pins.levels & 4]).toEqual([4, 4]);
    pins.outside = 0xfff7;
    expect(await adapter.lines.get(3)).toBe(false);
    await adapter.lines.input(2);
    expect(pins.outputs).toBe(0);
    for (const line of [0, 1, 4, 5, 6, 7]) expect(() => adapter.lines.get(line)).toThrow('EBUSY');
    await adapter.lines.drive(2, false);
    await adapter.close();
    expect(pins.outputs).toBe(0);
  });

  it('tells a supply that the adapter refuses', async () => {
    const refuses = frameOf(
      encodeResponse('configuration', { error: 'Power supply initialization failed\x1b[2J' }),
    );
    const { adapter, link } = bench(
      (answer) =>
        decodeResponse(dataOf(answer.subarray(0, -1))).contents?.name === 'status' ? answer : refuses,
      { power: 3_300_000 },
    );
    await expect(adapter.open()).rejects.toThrow(
      'EIO: Bus Pirate 5 on the cable refused a setting: Power supply initialization failed?[2J',
    );
    expect(link.opened).toBe(1);
  });
});

describe('an adapter that is none, or behaves badly', () => {
  const NONE = 'EPROTO: no Bus Pirate 5 or 6 found on the cable: use its second port';

  it.each([
    ['says nothing', () => new Uint8Array(0), NONE],
    ['is a terminal', () => Buffer.from('\r\nHiZ> Syntax error\r\n'), NONE],
    ['babbles', () => new Uint8Array(9000).fill(7), NONE],
    [
      'sends frames without end',
      () => Uint8Array.from({ length: 9000 }, (_, i) => (i % 5 === 4 ? 0 : 9)),
      NONE,
    ],
    [
      'has another version',
      () => frameOf(encodeError('Unsupported BPIO version, expected 2.x')),
      'did not understand a request: Unsupported BPIO version, expected 2.x',
    ],
    [
      'has no I2C',
      () => frameOf(encodeResponse('status', { mode_current: 'HiZ', modes_available: ['HiZ', 'SPI'] })),
      'EPROTO: Bus Pirate 5 on the cable has no mode I2C: update its firmware',
    ],
  ])('that %s is told so', async (_, answer, sentence) => {
    const { adapter } = bench(answer);
    await inFakeTime(async () => {
      await expect(adapter.open()).rejects.toThrow(sentence);
      await adapter.close();
    });
  });

  it('takes no late answer for another, and no unasked one', async () => {
    let isLate = false;
    const { adapter, link, wire, emulator } = bench((answer) => {
      if (!isLate) return answer;
      isLate = false;
      setTimeout(() => link.talk(answer), LATE_MS);
      return new Uint8Array(0);
    });
    wire.memory.set([0x11, 0x22], 0);
    await inFakeTime(async () => {
      await adapter.open();
      await adapter.i2c.transfer([write]);
      const readAt = async (at: number) => {
        const read = { addr: MEMORY, flags: I2C_M.RD, buf: new Uint8Array(1) };
        await adapter.i2c.transfer([{ ...write, buf: Uint8Array.of(at) }, read]);
        return read.buf[0];
      };
      link.talk(frameOf(encodeResponse('data', { data_read: Uint8Array.of(0x99), is_async: true })));
      expect(await readAt(0)).toBe(0x11);
      isLate = true;
      await expect(readAt(0)).rejects.toThrow('ETIMEDOUT');
      expect(await readAt(1)).toBe(0x22);
      await new Promise((resolve) => setTimeout(resolve, LATE_MS));
      expect(await readAt(1)).toBe(0x22);
      // Half a frame that another program left.
      emulator.feed(Uint8Array.of(9, 9));
      await new Promise((resolve) => setTimeout(resolve, LATE_MS));
      await adapter.open();
      expect(await readAt(0)).toBe(0x11);
      await adapter.close();
    });
  });

  it('that answers no more is lost after its time, and works once it is opened again', async () => {
    let hangs = false;
    const { adapter, wire } = bench((answer) => (hangs ? new Uint8Array(0) : answer));
    await inFakeTime(async () => {
      await adapter.open();
      hangs = true;
      await expect(adapter.i2c.transfer([write])).rejects.toThrow('ETIMEDOUT');
      await expect(adapter.i2c.transfer([write])).rejects.toThrow(
        'ENODEV: Bus Pirate 5 on the cable does not answer',
      );
      await expect(adapter.i2c.transfer([write])).rejects.toThrow('ENODEV');
      hangs = false;
      await adapter.open();
      wire.log = [];
      await adapter.i2c.transfer([write]);
      expect(wire.log.slice(-3)).toEqual(['W50', '<09', 'P']);
      await adapter.close();
    });
  });
});

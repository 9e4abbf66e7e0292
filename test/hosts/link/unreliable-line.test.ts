import { describe, expect, it } from 'vitest';
import { BusPirateAdapter, BusPirateEmulator, DEFAULT_SETTINGS } from '../../../hosts/bus-pirate/index.ts';
import {
  BusPirate5Adapter,
  BusPirate5Emulator,
  DEFAULT_SETTINGS as DEFAULT_SETTINGS_5,
} from '../../../hosts/bus-pirate-5/index.ts';
import {
  I2cDriverAdapter,
  I2cDriverEmulator,
  SpiDriverAdapter,
  SpiDriverEmulator,
} from '../../../hosts/excamera/index.ts';
import { Sc18im700Adapter, Sc18im700Emulator } from '../../../hosts/sc18im700/index.ts';
import { SerprogAdapter, SerprogEmulator } from '../../../hosts/serprog/index.ts';
import { UsbIssAdapter, UsbIssEmulator } from '../../../hosts/usb-iss/index.ts';
import { BusFault, type HostAdapter, I2C_M } from '../../../src/bus/index.ts';
import { type Random, randomFrom } from '../../fuzz/random.mjs';
import { spiTransfer } from '../../support/spi.ts';
import { type DirectLink, directLink, type Peer } from '../bus-pirate/direct-link.ts';
import { inFakeTime } from '../fake-time.ts';
import { FLASH_ID, MEMORY, RecordingWire } from '../recording-wire.ts';

/** Adapters behind a line that loses, spoils, repeats and delays what they answer, from seeds; time is fake. */

const ROUNDS = 30;
const DEADLINE_MS = 200;
/** What the adapter may need to say that it is back, or gone, after the deadline. */
const RECOVERY_MS = 8000;
const LATEST_MS = 60;

const pass = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** What comes of an answer on a bad line. Commands arrive: what is written must not be another's. */
function spoil(answer: Uint8Array, random: Random): Uint8Array {
  const bytes = [...answer];
  const at = random(bytes.length + 1);
  const kind = random(5);
  if (kind === 0) bytes.splice(at, 1 + random(4));
  if (kind === 1) bytes[at % Math.max(1, bytes.length)] = random(256);
  if (kind === 2) bytes.splice(at, 0, ...bytes.slice(0, 4));
  if (kind === 3) for (let n = random(40); n > 0; n--) bytes.splice(at, 0, random(256));
  if (kind === 4) bytes.length = 0;
  return Uint8Array.from(bytes);
}

interface Bench {
  readonly link: DirectLink;
  readonly wire: RecordingWire;
  readonly host: HostAdapter;
  /** Sends a number that is sent once only. */
  send(id: number, signal?: AbortSignal): Promise<void>;
  /** Throws when the good line gives anything but what the part has. */
  check(): Promise<void>;
  /** How often the part was sent it. */
  sent(id: number): number;
}

function badLine(
  peer: Peer,
  state: { bad: boolean },
  random: Random,
): Peer & { talks: DirectLink | undefined } {
  const line = {
    talks: undefined as DirectLink | undefined,
    feed(bytes: Uint8Array): Uint8Array {
      const answer = peer.feed(bytes);
      if (!state.bad || random(3) > 0) return answer;
      const spoilt = spoil(answer, random);
      if (random(3) > 0) return spoilt;
      setTimeout(() => line.talks?.talk(spoilt), random(LATEST_MS));
      return new Uint8Array(0);
    },
  };
  return line;
}

const high = (id: number) => (id >> 8) & 0xff;
const hex = (byte: number) => byte.toString(16).padStart(2, '0');

/** An adapter that `make` makes of a link, in front of an emulator. */
type Make<Host> = (open: DirectLink['open']) => Host;

function i2cBench(
  emulate: (wire: RecordingWire) => Peer,
  make: Make<HostAdapter>,
  random: Random,
  state: { bad: boolean },
): Bench {
  const wire = new RecordingWire();
  const line = badLine(emulate(wire), state, random);
  const link = directLink(line);
  line.talks = link;
  const host = make(link.open);
  return {
    link,
    wire,
    host,
    send: async (id, signal) => {
      await host.i2c?.transfer(
        [{ addr: MEMORY, flags: 0, buf: Uint8Array.of(0x10, high(id), id & 0xff) }],
        signal,
      );
    },
    check: async () => {
      const read = { addr: MEMORY, flags: I2C_M.RD, buf: new Uint8Array(2) };
      await host.i2c?.transfer([{ addr: MEMORY, flags: 0, buf: Uint8Array.of(0x10) }, read]);
      expect([...read.buf]).toEqual([...wire.memory.subarray(0x10, 0x12)]);
    },
    sent: (id) => wire.log.join(' ').split(`W50 <10 <${hex(high(id))} <${hex(id & 0xff)}`).length - 1,
  };
}

function spiBench(
  emulate: (wire: RecordingWire) => Peer,
  make: Make<HostAdapter>,
  random: Random,
  state: { bad: boolean },
): Bench {
  const wire = new RecordingWire();
  const line = badLine(emulate(wire), state, random);
  const link = directLink(line);
  line.talks = link;
  const host = make(link.open);
  return {
    link,
    wire,
    host,
    send: async (id, signal) => {
      const sent = spiTransfer({ tx: Uint8Array.of(0x55, high(id), id & 0xff) });
      await host.spi?.transfer(0, 0, [sent], signal);
    },
    check: async () => {
      const rx = new Uint8Array(3);
      await host.spi?.transfer(0, 0, [spiTransfer({ tx: Uint8Array.of(0x9f) }), spiTransfer({ rx })]);
      expect([...rx]).toEqual(FLASH_ID);
    },
    sent: (id) => wire.log.join(' ').split(`[0 55 ${hex(high(id))} ${hex(id & 0xff)}`).length - 1,
  };
}

const NAME = 'the cable';
type MakeBench = (random: Random, state: { bad: boolean }) => Bench;

const busPirate: MakeBench = (...line) =>
  i2cBench(
    (wire) => new BusPirateEmulator({ i2c: wire.i2c, spi: wire.spi }),
    (open) => new BusPirateAdapter(NAME, DEFAULT_SETTINGS, open),
    ...line,
  );
const busPirate5: MakeBench = (...line) =>
  i2cBench(
    (wire) => new BusPirate5Emulator(wire),
    (open) => new BusPirate5Adapter(NAME, DEFAULT_SETTINGS_5, open),
    ...line,
  );
const i2cDriver: MakeBench = (...line) =>
  i2cBench(
    (wire) => new I2cDriverEmulator(wire),
    (open) => new I2cDriverAdapter(NAME, open),
    ...line,
  );
const sc18im700: MakeBench = (...line) =>
  i2cBench(
    ({ i2c }) => new Sc18im700Emulator({ i2c }),
    (open) => new Sc18im700Adapter(NAME, open),
    ...line,
  );
const usbIss: MakeBench = (...line) =>
  i2cBench(
    ({ i2c }) => new UsbIssEmulator({ i2c }),
    (open) => new UsbIssAdapter(NAME, open),
    ...line,
  );
const serprog: MakeBench = (...line) =>
  spiBench(
    ({ spi }) => new SerprogEmulator({ spi }),
    (open) => new SerprogAdapter(NAME, 1, open),
    ...line,
  );
const spiDriver: MakeBench = (...line) =>
  spiBench(
    (wire) => new SpiDriverEmulator(wire),
    (open) => new SpiDriverAdapter(NAME, open),
    ...line,
  );

/** One transfer on a line that may be bad: it ends in time, with an error of its own kind or none. */
async function transfer(bench: Bench, id: number, random: Random): Promise<boolean> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), DEADLINE_MS);
  if (random(12) === 0) setTimeout(() => bench.link.unplug(), random(3));
  const begin = performance.now();
  const fault = await bench.send(id, deadline.signal).then(
    () => undefined,
    (error: unknown) => error,
  );
  clearTimeout(timer);
  expect(performance.now() - begin).toBeLessThanOrEqual(DEADLINE_MS + RECOVERY_MS);
  if (fault !== undefined) expect(fault).toBeInstanceOf(BusFault);
  return fault === undefined;
}

/** On a good line it works at once, but for one that was lost: that is opened anew. */
async function recovers(bench: Bench): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      await bench.check();
      return;
    } catch (error) {
      if (!(error instanceof BusFault) || error.code !== 'ENODEV' || tries === 2) throw error;
      await Promise.resolve(bench.host.open()).catch(() => {});
    }
  }
}

describe.each([
  ['Bus Pirate', busPirate],
  ['Bus Pirate 5', busPirate5],
  ['I2CDriver', i2cDriver],
  ['serprog', serprog],
  ['SPIDriver', spiDriver],
  ['SC18IM700', sc18im700],
  ['USB-ISS', usbIss],
] as const)('a %s on a bad line', (_, benchOf) => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'ends each transfer in time, sends none twice, and is right on a good line (seed %i)',
    async (seed) => {
      const random = randomFrom(seed * 7919);
      const state = { bad: false };
      const bench = benchOf(random, state);
      await inFakeTime(async () => {
        await bench.host.open();
        for (let round = 0; round < ROUNDS; round++) {
          const id = (seed << 8) | round;
          state.bad = random(3) > 0;
          const done = await transfer(bench, id, random);
          state.bad = false;
          // What is late arrives before the next one.
          await pass(2 * LATEST_MS);
          await recovers(bench);
          expect(bench.sent(id)).toBeLessThanOrEqual(1);
          if (done) expect(bench.sent(id)).toBe(1);
        }
        await bench.host.close();
      });
    },
  );
});

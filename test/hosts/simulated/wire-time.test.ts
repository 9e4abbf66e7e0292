import { describe, expect, it } from 'vitest';
import { SimulatedI2cController, SimulatedSpiController } from '../../../hosts/simulated/index.ts';
import { type Errno, I2C_M, type SpiTransfer } from '../../../src/bus/index.ts';
import {
  type I2cPart,
  I2cWire,
  type SpiPart,
  SpiWire,
  SteppedClock,
  TEN_BIT_ADDRESS,
} from '../../../src/sim/index.ts';
import { faultOf } from '../../sim/support.ts';
import { spiTransfer } from '../../support/spi.ts';

const { RD, TEN, NOSTART, STOP, IGNORE_NAK } = I2C_M;
const US = 1000;

/** What a part sees and when, in µs of the board's clock. */
type Log = [what: string, us: number][];

/** A bus with a part at 0x50 and ten-bit 0x250. It acknowledges `accepts` bytes in all; reads give 7. */
function i2cBench(options: { clockHz?: number; accepts?: number; part?: Partial<I2cPart> } = {}) {
  const clock = new SteppedClock();
  const wire = new I2cWire({ clock, clockHz: options.clockHz });
  const log: Log = [];
  const note = (what: string) => log.push([what, clock.now() / US]);
  let left = options.accepts ?? Number.POSITIVE_INFINITY;
  const part: I2cPart = {
    addresses: [0x50, (TEN_BIT_ADDRESS | 0x250) >>> 0],
    state: {},
    reset() {},
    start: (_address, read) => note(read ? 'read' : 'write') > 0,
    write(data) {
      note(`${data.length} in`);
      return Math.min(data.length, left--);
    },
    read(into) {
      note(`${into.length} out`);
      into.fill(7);
    },
    stop: () => note('stop'),
  };
  Object.defineProperties(part, Object.getOwnPropertyDescriptors(options.part ?? {}));
  wire.attach(part, '/part');
  const controller = new SimulatedI2cController(wire);
  const messages = (wanted: readonly [flags: number, bytes: number, addr?: number][]) =>
    wanted.map(([flags, bytes, addr = 0x50]) => ({ addr, flags, buf: new Uint8Array(bytes) }));
  return {
    clock,
    log,
    /** @returns µs that it took */
    run(...wanted: [flags: number, bytes: number, addr?: number][]): number {
      const begin = clock.now();
      controller.transfer(messages(wanted));
      return (clock.now() - begin) / US;
    },
    fails(...wanted: [flags: number, bytes: number, addr?: number][]): [Errno | undefined, number] {
      const begin = clock.now();
      const errno = faultOf(() => controller.transfer(messages(wanted)));
      return [errno, (clock.now() - begin) / US];
    },
  };
}

// At 100 kHz a bit takes 10 µs. START, repeated START and STOP are a bit each, a byte with its acknowledge nine.
describe('an I2C transfer takes', () => {
  it('START, nine bits for the address and each byte, and STOP', () => {
    expect(i2cBench().run([0, 0])).toBe(10 * (1 + 9 + 1));
    expect(i2cBench().run([0, 1])).toBe(10 * (1 + 9 + 9 + 1));
    expect(i2cBench().run([RD, 16])).toBe(10 * (1 + 9 + 16 * 9 + 1));
  });

  it('a repeated START and an address for each further message', () => {
    const bits = 1 + 9 + 9 + (1 + 9 + 16 * 9) + 1;
    expect(i2cBench().run([0, 1], [RD, 16])).toBe(10 * bits);
    expect(i2cBench({ clockHz: 400_000 }).run([0, 1], [RD, 16])).toBe(2.5 * bits);
    expect(i2cBench({ clockHz: 0 }).run([0, 1], [RD, 16])).toBe(10 * bits);
  });

  it('no address after NOSTART, and a STOP and a START where the messages say so', () => {
    expect(i2cBench().run([0, 1], [NOSTART, 1])).toBe(10 * (1 + 9 + 9 + 9 + 1));
    expect(i2cBench().run([STOP, 1], [0, 1])).toBe(10 * 2 * (1 + 9 + 9 + 1));
  });

  it('two bytes for ten bits of address, and the first of them again to read', () => {
    expect(i2cBench().run([TEN, 1, 0x250])).toBe(10 * (1 + 18 + 9 + 1));
    expect(i2cBench().run([TEN | RD, 1, 0x250])).toBe(10 * (1 + 18 + 1 + 9 + 9 + 1));
  });

  it('what was on the wire, when something was not acknowledged', () => {
    expect(i2cBench().fails([0, 5, 0x51])).toEqual(['ENXIO', 10 * (1 + 9 + 1)]);
    // The second byte of five is refused.
    expect(i2cBench({ accepts: 1 }).fails([0, 5])).toEqual(['EREMOTEIO', 10 * (1 + 9 + 2 * 9 + 1)]);
    expect(i2cBench().fails([0, 1], [RD, 5, 0x51])).toEqual(['ENXIO', 10 * (1 + 9 + 9 + 1 + 9 + 1)]);
    // Nobody has an address that begins with these two bits; somebody has one that begins with those.
    expect(i2cBench().fails([TEN, 1, 0x350])).toEqual(['ENXIO', 10 * (1 + 9 + 1)]);
    expect(i2cBench().fails([TEN | RD, 1, 0x251])).toEqual(['ENXIO', 10 * (1 + 18 + 1)]);
    // With IGNORE_NAK the controller sends all of it.
    expect(i2cBench({ accepts: 1 }).run([IGNORE_NAK, 5])).toBe(10 * (1 + 9 + 5 * 9 + 1));
    expect(i2cBench().run([IGNORE_NAK, 5, 0x51])).toBe(10 * (1 + 9 + 5 * 9 + 1));
  });

  it('nothing where there is nothing', () => {
    expect(i2cBench().run()).toBe(0);
    expect(i2cBench().fails([0, 1, 0x80])).toEqual(['EINVAL', 0]);
  });

  it('the longest time for which a part stretches a message, once', () => {
    const bench = i2cBench({ part: { stretchNs: 5000 * US } });
    // Each of the two messages is stretched by 5 ms, however many bytes it has.
    expect(bench.run([0, 3], [RD, 3])).toBe(10 * (1 + 9 + 27 + 1 + 9 + 27 + 1) + 2 * 5000);
    // Asked for its address and three bytes, it says 1, 2, 3 and 4 ms: 4 ms in all.
    let ms = 0;
    const growing = {
      get stretchNs() {
        return ++ms * 1000 * US;
      },
    };
    expect(i2cBench({ part: growing }).run([0, 3])).toBe(10 * (1 + 9 + 27 + 1) + 4000);
  });
});

describe('a part sees', () => {
  it('its address and bytes sent when they have arrived, bytes read when they begin, STOP after all', () => {
    const bench = i2cBench();
    bench.run([0, 2], [RD, 2]);
    expect(bench.log).toEqual([
      ['write', 100],
      ['1 in', 190],
      ['1 in', 280],
      // Repeated START and the address.
      ['read', 380],
      ['1 out', 380],
      ['1 out', 470],
      ['stop', 570],
    ]);
  });

  it('runs of bytes when it says that it does not look at the time', () => {
    const bench = i2cBench({ part: { takesRuns: true } });
    bench.run([0, 2], [RD, 2]);
    expect(bench.log).toEqual([
      ['write', 100],
      ['2 in', 280],
      ['read', 380],
      ['2 out', 380],
      ['stop', 570],
    ]);
  });

  it('what else comes due in its order, at its own time', () => {
    const bench = i2cBench();
    for (const us of [50, 150, 480, 570, 571])
      bench.clock.after(us * US, () => bench.log.push(['alarm', bench.clock.now() / US]));
    bench.run([0, 2], [RD, 2]);
    expect(bench.log).toEqual([
      ['alarm', 50],
      ['write', 100],
      ['alarm', 150],
      ['1 in', 190],
      ['1 in', 280],
      ['read', 380],
      ['1 out', 380],
      ['1 out', 470],
      ['alarm', 480],
      ['alarm', 570],
      ['stop', 570],
    ]);
  });
});

function spiBench(part: Partial<SpiPart> = {}) {
  const clock = new SteppedClock();
  const wire = new SpiWire({ clock });
  const log: Log = [];
  const note = (what: string) => log.push([what, clock.now() / US]);
  wire.attach(
    0,
    {
      state: {},
      reset() {},
      select: () => note('select'),
      transfer(tx, rx, length) {
        note(`${length}`);
        rx?.set((tx ?? rx).subarray(0, length));
      },
      deselect: () => note('deselect'),
      ...part,
    },
    '/part',
  );
  const controller = new SimulatedSpiController(wire, 1);
  return {
    log,
    run(...transfers: Partial<SpiTransfer>[]): number {
      const begin = clock.now();
      controller.transfer(0, 0, transfers.map(spiTransfer));
      return (clock.now() - begin) / US;
    },
  };
}

const bytes = (length: number) => new Uint8Array(length);
const MHZ = 1_000_000;

describe('an SPI transfer takes', () => {
  it('its bits over its speed, and lines share the bits', () => {
    expect(spiBench().run({ tx: bytes(100), speedHz: MHZ })).toBe(800);
    expect(spiBench().run({ rx: bytes(100), speedHz: MHZ, rxNbits: 4 })).toBe(200);
    // Twelve bits lie in two bytes.
    expect(spiBench().run({ tx: bytes(100), speedHz: MHZ, bitsPerWord: 12 })).toBe(600);
    expect(spiBench().run({ tx: bytes(1), speedHz: MHZ }, { rx: bytes(1), speedHz: 2 * MHZ })).toBe(8 + 4);
    expect(spiBench({ takesRuns: true }).run({ tx: bytes(100), speedHz: 3 * MHZ })).toBe(266.667);
    expect(spiBench().run({ tx: bytes(100), speedHz: 3 * MHZ })).toBe(266.667);
  });

  it('the time of 1 MHz where nobody gives a speed, so that a poll of it comes to an end', () => {
    expect(spiBench().run({ tx: bytes(2) })).toBe(16);
  });

  it('the delays of words and of chip select', () => {
    const delays = {
      wordDelayNs: 10 * US,
      csSetupNs: 200 * US,
      csHoldNs: 3000 * US,
      csInactiveNs: 40_000 * US,
    };
    const one = { tx: bytes(2), speedHz: MHZ, ...delays };
    expect(spiBench().run(one)).toBe(200 + 16 + 20 + 3000);
    // Between two transfers chip select is only touched by csChange.
    expect(spiBench().run(one, one)).toBe(200 + 2 * (16 + 20) + 3000);
    expect(spiBench().run({ ...one, csChange: true }, one)).toBe(2 * (200 + 16 + 20 + 3000) + 40_000);
    // On the last transfer csChange leaves the chip selected.
    expect(spiBench().run({ ...one, csChange: true })).toBe(200 + 16 + 20);
  });

  it('it byte by byte where a part may look at the time', () => {
    const bench = spiBench();
    const rx = bytes(3);
    bench.run({ tx: Uint8Array.of(1, 2, 3), rx, speedHz: MHZ, csSetupNs: 5 * US, csHoldNs: US });
    expect(bench.log).toEqual([
      ['select', 0],
      ['1', 5],
      ['1', 13],
      ['1', 21],
      ['deselect', 30],
    ]);
    expect([...rx]).toEqual([1, 2, 3]);
  });

  it('it in one piece where a part does not', () => {
    const bench = spiBench({ takesRuns: true });
    bench.run({ tx: bytes(3), speedHz: MHZ });
    expect(bench.log).toEqual([
      ['select', 0],
      ['3', 0],
      ['deselect', 24],
    ]);
  });
});

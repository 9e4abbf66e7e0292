import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it, type TestContext } from 'vitest';
import {
  BusFault,
  type Errno,
  I2C_M,
  type I2cCapabilities,
  type I2cController,
  type I2cMessage,
  type NackPlace,
  type SpiController,
} from '../../../src/bus/index.ts';
import { MEMORY, type RecordingWire } from '../recording-wire.ts';

/** A pair of controllers under test and what they are wired to. */
export interface ControllerBench {
  /** Missing where the adapter has none: see `ControllerTraits`. */
  readonly i2c?: I2cController;
  readonly spi?: SpiController;
  /** What the controllers are wired to; missing on real hardware: a 24c02 at 0x50 and a W25Q flash there. */
  readonly wire?: RecordingWire;
  /** What can happen to an adapter; missing where there is none. */
  readonly adapter?: {
    /** It says nothing any more, until `answer`. */
    hang(): void;
    answer(): void;
    unplug(): void;
    /** Plugs it in again and opens it. */
    replug(): Promise<void>;
  };
  close(): Promise<void>;
}

/** What kind of controllers they are; without further words they can do all. */
export interface ControllerTraits {
  readonly hasI2c?: boolean;
  readonly hasSpi?: boolean;
  readonly spiModes?: readonly number[];
  /** A clock that they can do. */
  readonly spiSpeedHz?: number;
  /** What it says that it can do: all else has to be refused. */
  readonly i2c?: I2cCapabilities;
  /** Bytes that a long transfer has at most, where each takes long. Default: any. */
  readonly long?: number;
  /** A part that is read drives SDA at once: no STOP is possible behind the address. */
  readonly byEdges?: boolean;
  /** What a message leaves its chip selected for goes out with what follows, and nothing received does so. */
  readonly selectsByFrame?: boolean;
  /** Nothing can be made to fail in the middle of a transfer. */
  readonly isSteady?: boolean;
}

const { RD } = I2C_M;

const EVERYTHING: I2cCapabilities = {
  functionality: 0xffff_ffff,
  repeatedStart: 'any',
  zeroLength: 'any',
  stretching: true,
  nack: 'each byte',
};

/** Real EEPROMs are busy for 5 ms after a write, 10 at most, and acknowledge nothing. */
const BUSY_MS = 100;

export type MessageSpec = readonly [addr: number, flags: number, data: readonly number[] | number];

/** The bench of a suite, what it can do, and the words that its tests have for it. */
export interface Suite {
  readonly traits: Required<ControllerTraits>;
  readonly bench: ControllerBench;
  /** The wire saw just this since the test began. */
  watched(events: readonly string[]): void;
  /** What the wire saw is forgotten. */
  forget(): void;
  /** For what only the parts of the recording wire do. */
  onlySimulated(run: () => Promise<void>): (context: TestContext) => Promise<void>;
  /** One transaction; `data` is what is written, or how many bytes are read. */
  i2c(...specs: MessageSpec[]): Promise<I2cMessage[]>;
  /** Waits until a real EEPROM has finished its write. */
  written(): Promise<void>;
}

/** Makes a bench before the tests of this `describe`, and closes it behind them. */
export function useBench(makeBench: () => Promise<ControllerBench>, traits: ControllerTraits): Suite {
  let bench: ControllerBench;
  beforeAll(async () => {
    bench = await makeBench();
  });
  afterAll(() => bench?.close());
  const forget = (): void => {
    if (bench.wire !== undefined) bench.wire.log = [];
  };
  beforeEach(forget);

  async function i2c(...specs: MessageSpec[]): Promise<I2cMessage[]> {
    const messages = specs.map(([addr, flags, data]) => ({
      addr,
      flags,
      buf: typeof data === 'number' ? new Uint8Array(data) : Uint8Array.from(data),
    }));
    await bench.i2c?.transfer(messages);
    return messages;
  }

  async function written(): Promise<void> {
    if (bench.wire !== undefined) return;
    const poll: MessageSpec = traits.i2c?.zeroLength === 'none' ? [MEMORY, RD, 1] : [MEMORY, 0, []];
    for (const until = performance.now() + BUSY_MS; performance.now() < until; await setImmediate())
      if ((await faultOf(() => i2c(poll))) === undefined) return;
  }

  return {
    traits: {
      hasI2c: true,
      hasSpi: true,
      spiModes: [0, 1, 2, 3],
      spiSpeedHz: 1_000_000,
      i2c: EVERYTHING,
      long: Number.POSITIVE_INFINITY,
      byEdges: false,
      selectsByFrame: false,
      isSteady: false,
      ...traits,
    },
    get bench() {
      return bench;
    },
    watched(events) {
      if (bench.wire !== undefined) expect(bench.wire.log).toEqual(events);
    },
    forget,
    onlySimulated:
      (run) =>
      async ({ skip }) => {
        if (bench.wire === undefined) skip('no part on the desk does this');
        else await run();
      },
    i2c,
    written,
  };
}

/** `describe` where the controller can do it at all. */
export function describeIf(can: boolean): (name: string, body: () => void) => void {
  return can ? describe : () => {};
}

/** `it` where the controller can do it at all. */
export function itIf(can: boolean): (name: string, body: (context: TestContext) => Promise<void>) => void {
  return can ? it : () => {};
}

export function spiOf({ spi }: ControllerBench): SpiController {
  if (spi === undefined) throw new Error('this bench has no SPI');
  return spi;
}

/** What a fault's errno is, or `undefined` when `body` succeeds; synchronous controllers throw. */
export async function faultOf(body: () => unknown): Promise<Errno | undefined> {
  return (await thrownBy(body))?.code;
}

/** Where something was not acknowledged. */
export async function nackOf(body: () => unknown): Promise<NackPlace | undefined> {
  return (await thrownBy(body))?.nack;
}

async function thrownBy(body: () => unknown): Promise<BusFault | undefined> {
  try {
    await body();
  } catch (error) {
    if (error instanceof BusFault) return error;
    throw error;
  }
  return undefined;
}

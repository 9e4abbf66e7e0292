import { checkOptions, integer, type OptionCheck, oneOf, option } from '../input/index.ts';

/** When a fault strikes. Chances are counted where everything else of the fault fits. */
export interface FaultTiming {
  /** How often at most. Default: once for what happens (`nack`, `flip`, …), for ever for what lasts (`absent`, `sda`, …). */
  readonly times?: number;
  /** So many chances pass first. */
  readonly skip?: number;
  /** Only every nth chance. */
  readonly every?: number;
  /** Not before so many ms of the board's time have passed. */
  readonly afterMs?: number;
}

/** Which transfers of the target a fault strikes. */
export interface FaultPlace {
  /** Only transfers this way. */
  readonly direction?: 'read' | 'write';
  /** Only where the first byte that was last written to the address is this one. */
  readonly register?: number;
}

interface Lasting extends Omit<FaultTiming, 'times' | 'every'> {
  /** How long it lasts, in ms of the board's time; for ever where nothing is said. */
  readonly forMs?: number;
}

/** The address, a data byte of a message that is written (from 0), or any of them. */
export type FaultByte = 'address' | 'any' | number;

/** The faults by their names, with their options. Names are those of Linux's i2c-gpio injector where it has them. */
export interface FaultOptions {
  /**
   * Not acknowledged: the address (`ENXIO`), or data byte `at` of a message that is written, from 0 (`EREMOTEIO`). `any`:
   * each of them is a chance.
   */
  readonly nack: FaultTiming & FaultPlace & { readonly at?: FaultByte };
  /** Another controller wins: `EAGAIN`; who asks tries again as often as Linux's adapters do. */
  readonly lose_arbitration: FaultTiming & FaultPlace;
  /** SCL is held low for `ms` after the address; beyond the bus's time-out, `ETIMEDOUT`. */
  readonly stretch: FaultTiming & FaultPlace & { readonly ms: number };
  /** Noise: bit `bit` of byte `byte` of what is written or read in a message, both from 0. `any`: each byte is a chance. */
  readonly flip: FaultTiming & FaultPlace & { readonly byte?: number | 'any'; readonly bit?: number };
  /** The part is not there: `ENXIO` on I2C; on SPI nobody drives MISO, and 0xff comes in. */
  readonly absent: Lasting;
  /** The part acknowledges nothing while it works: `ENXIO`, as an EEPROM in its write cycle. */
  readonly busy: Lasting & { readonly forMs: number };
  /** Power-on reset at the address, or at data byte `at` of a message that is written; silent for `forMs` from then on. */
  readonly brownOut: FaultTiming & FaultPlace & { readonly at?: FaultByte; readonly forMs: number };
  /** SCL is held low: `ETIMEDOUT`. */
  readonly scl: Lasting;
  /** SDA is held low from outside: `EBUSY`. */
  readonly sda: Lasting;
  /** MISO is stuck at a level: 0x00 or 0xff comes in. */
  readonly miso: Lasting & { readonly level: 0 | 1 };
}

export type FaultKind = keyof FaultOptions;

/** What a fault may have been given, whatever its kind. */
export type AnyFaultOptions = FaultTiming &
  FaultPlace & {
    readonly at?: FaultByte;
    readonly ms?: number;
    readonly forMs?: number;
    readonly byte?: number | 'any';
    readonly bit?: number;
    readonly level?: 0 | 1;
  };

const MOST = 2 ** 31 - 1;
const ms: OptionCheck = option(
  'a number of ms, 0 or more',
  (value) => typeof value === 'number' && value >= 0 && value < Number.POSITIVE_INFINITY,
);
const timing = {
  times: integer(1, MOST),
  skip: integer(0, MOST),
  every: integer(1, MOST),
  afterMs: ms,
};
const place = { direction: oneOf('read', 'write'), register: integer(0, 0xff) };
const isByte = (value: unknown) => Number.isInteger(value) && (value as number) >= 0;
const at = option(
  "'address', 'any' or the number of a data byte, 0 or more",
  (value) => value === 'address' || value === 'any' || isByte(value),
);
const byte = option("'any' or the number of a byte, 0 or more", (value) => value === 'any' || isByte(value));
const lasting = { afterMs: ms, forMs: ms, skip: integer(0, MOST) };

interface Kind {
  /** What it can strike. */
  readonly on: readonly ('i2c' | 'spi')[];
  /** A whole bus, and not one part. */
  readonly bus?: true;
  readonly checks: Readonly<Record<string, OptionCheck>>;
  readonly needs?: readonly string[];
  /** It lasts: it strikes as often as it is met. */
  readonly lasts?: true;
}

/** The catalogue. */
export const KINDS: Readonly<Record<FaultKind, Kind>> = {
  nack: { on: ['i2c'], checks: { ...timing, ...place, at } },
  lose_arbitration: { on: ['i2c'], checks: { ...timing, ...place } },
  stretch: { on: ['i2c'], checks: { ...timing, ...place, ms }, needs: ['ms'] },
  flip: { on: ['i2c', 'spi'], checks: { ...timing, ...place, byte, bit: integer(0, 7) } },
  absent: { on: ['i2c', 'spi'], checks: lasting, lasts: true },
  busy: { on: ['i2c'], checks: lasting, needs: ['forMs'], lasts: true },
  brownOut: { on: ['i2c'], checks: { ...timing, ...place, at, forMs: ms }, needs: ['forMs'] },
  scl: { on: ['i2c'], bus: true, checks: lasting, lasts: true },
  sda: { on: ['i2c'], bus: true, checks: lasting, lasts: true },
  miso: {
    on: ['spi'],
    bus: true,
    checks: { ...lasting, level: option('0 or 1', (value) => value === 0 || value === 1) },
    needs: ['level'],
    lasts: true,
  },
};

/**
 * Checks what a caller gives.
 * @throws {TypeError} no such fault, an option that it does not have or that is missing, a value that makes no sense
 */
export function checkFault(kind: unknown, options: unknown): asserts kind is FaultKind {
  oneOf(...Object.keys(KINDS))('fault', kind);
  const { checks, needs = [] } = KINDS[kind as FaultKind];
  checkOptions<object>(`fault ${String(kind)}`, options, checks as never);
  for (const name of needs)
    if ((options as Readonly<Record<string, unknown>>)[name] === undefined)
      throw new TypeError(`option ${name} of fault ${String(kind)} is required`);
}

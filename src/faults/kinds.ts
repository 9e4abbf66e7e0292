import {
  callback,
  checkOptions,
  didYouMean,
  integer,
  type OptionCheck,
  oneOf,
  option,
  shown,
} from '../input/index.ts';
import type { FaultKind } from './options.ts';

const MOST = 2 ** 31 - 1;
const ms: OptionCheck = option(
  'a number of ms, 0 or more',
  (value) => typeof value === 'number' && value >= 0 && value < Number.POSITIVE_INFINITY,
);
const number = option('a number', (value) => typeof value === 'number' && Number.isFinite(value));
const seed = integer(0, 0xffffffff);
const condition = { afterMs: ms, skip: integer(0, MOST), while: callback };
const timing = {
  ...condition,
  times: integer(1, MOST),
  every: integer(1, MOST),
  chance: option(
    'a number above 0, at most 1',
    (value) => typeof value === 'number' && value > 0 && value <= 1,
  ),
  seed,
};
const octet = integer(0, 0xff);
const place = { direction: oneOf('read', 'write'), register: octet };
const isByte = (value: unknown) => Number.isInteger(value) && (value as number) >= 0;
const at = option(
  "'address', 'any' or the number of a data byte, 0 or more",
  (value) => value === 'address' || value === 'any' || isByte(value),
);
const byte = option("'any' or the number of a byte, 0 or more", (value) => value === 'any' || isByte(value));
const oneByte = integer(0, MOST);
const lasting = { ...condition, forMs: ms };
const sensed = {
  ...lasting,
  property: option('the name of a property', (value) => typeof value === 'string'),
};
const onLine = {
  ...timing,
  line: option(
    'the number or name of a line',
    (value) => typeof value === 'string' || (Number.isInteger(value) && (value as number) >= 0),
  ),
  edge: oneOf('rising', 'falling'),
};

/** Where a fault can be. */
export type FaultBus = 'i2c' | 'spi' | 'gpio';

interface Kind {
  /** What it can strike. */
  readonly on: readonly FaultBus[];
  /** A whole bus, one part, or either. Of a GPIO controller: a line. */
  readonly at: 'bus' | 'part' | 'any' | 'line';
  /** One line for those who look for a fault. */
  readonly does: string;
  /**
   * Where it acts: on the bytes of a wire, at lines that not every adapter shows, at what a part senses, at GPIO lines. `answer`: on
   * the bytes of a wire, and on real adapters in what they answer.
   */
  readonly acts: 'bytes' | 'answer' | 'lines' | 'sense' | 'gpio';
  readonly checks: Readonly<Record<string, OptionCheck>>;
  readonly needs?: readonly string[];
  /** It lasts: it strikes as often as it is met. */
  readonly lasts?: true;
}

/** The catalogue. */
export const KINDS: Readonly<Record<FaultKind, Kind>> = {
  nack: {
    on: ['i2c'],
    at: 'any',
    acts: 'bytes',
    does: 'the address, or data byte `at` of a write (`any`: each of them), is not acknowledged: ENXIO, EREMOTEIO',
    checks: { ...timing, ...place, at },
  },
  absent: {
    on: ['i2c', 'spi'],
    at: 'any',
    acts: 'bytes',
    does: 'the part does not answer: ENXIO; on SPI 0xff comes in',
    checks: lasting,
    lasts: true,
  },
  busy: {
    on: ['i2c'],
    at: 'any',
    acts: 'bytes',
    does: 'the part acknowledges nothing for `forMs`: ENXIO',
    checks: lasting,
    needs: ['forMs'],
    lasts: true,
  },
  brownOut: {
    on: ['i2c'],
    at: 'any',
    acts: 'bytes',
    does: 'power-on reset at the address or at data byte `at`, then silent for `forMs`',
    checks: { ...timing, ...place, at, forMs: ms },
    needs: ['forMs'],
  },
  flip: {
    on: ['i2c', 'spi'],
    at: 'any',
    acts: 'answer',
    does: 'bit `bit` of byte `byte` of a message arrives wrong',
    checks: { ...timing, ...place, byte, bit: integer(0, 7) },
  },
  pec: {
    on: ['i2c'],
    at: 'any',
    acts: 'answer',
    does: 'the last byte of a read arrives wrong: EBADMSG with PEC',
    checks: { ...timing, ...place },
  },
  id: {
    on: ['i2c', 'spi'],
    at: 'any',
    acts: 'answer',
    does: 'a clone: byte `byte` of what is read at `register` is `value`',
    checks: { ...lasting, register: octet, value: octet, byte: oneByte },
    needs: ['register', 'value'],
    lasts: true,
  },
  ghost: {
    on: ['i2c'],
    at: 'any',
    acts: 'bytes',
    does: 'a second part at the address acknowledges all and sends `value`: each 0 of it wins',
    checks: { ...lasting, value: octet },
    needs: ['value'],
    lasts: true,
  },
  muxStuck: {
    on: ['i2c'],
    at: 'part',
    acts: 'bytes',
    does: 'a multiplexer acknowledges and does not switch',
    checks: lasting,
    lasts: true,
  },
  stretch: {
    on: ['i2c'],
    at: 'any',
    acts: 'lines',
    does: 'SCL is held low for `ms` after the address; beyond the time-out of the bus: ETIMEDOUT',
    checks: { ...timing, ...place, ms },
    needs: ['ms'],
  },
  lose_arbitration: {
    on: ['i2c'],
    at: 'any',
    acts: 'lines',
    does: 'another controller wins: EAGAIN',
    checks: { ...timing, ...place },
  },
  scl: {
    on: ['i2c'],
    at: 'bus',
    acts: 'lines',
    does: 'SCL is held low: ETIMEDOUT',
    checks: lasting,
    lasts: true,
  },
  sda: {
    on: ['i2c'],
    at: 'bus',
    acts: 'lines',
    does: 'SDA is held low from outside: EBUSY',
    checks: lasting,
    lasts: true,
  },
  incomplete_address_phase: {
    on: ['i2c'],
    at: 'part',
    acts: 'lines',
    does: 'the part was left in the acknowledge of a read and holds SDA low: clock pulses free it',
    checks: timing,
  },
  incomplete_write_byte: {
    on: ['i2c'],
    at: 'part',
    acts: 'lines',
    does: 'the part was left in the acknowledge of a written 0x00 and holds SDA low: one clock pulse frees it',
    checks: timing,
  },
  miso: {
    on: ['spi'],
    at: 'bus',
    acts: 'answer',
    does: 'MISO is stuck at `level`: 0x00 or 0xff comes in',
    checks: { ...lasting, level: option('0 or 1', (value) => value === 0 || value === 1) },
    needs: ['level'],
    lasts: true,
  },
  shift: {
    on: ['spi'],
    at: 'any',
    acts: 'answer',
    does: 'from byte `byte` on, all that comes in is one bit late until the chip is deselected',
    checks: { ...timing, byte: oneByte },
  },
  cs: {
    on: ['spi'],
    at: 'any',
    acts: 'bytes',
    does: 'chip select goes away for a moment before byte `byte`: the part begins a new command',
    checks: { ...timing, byte },
  },
  lostEdge: {
    on: ['gpio'],
    at: 'line',
    acts: 'gpio',
    does: 'an edge of a line does not arrive',
    checks: onLine,
    needs: ['line'],
  },
  bounce: {
    on: ['gpio'],
    at: 'line',
    acts: 'gpio',
    does: '`count` more pairs of edges follow an edge (default 3)',
    checks: { ...onLine, count: integer(1, 1000) },
    needs: ['line'],
  },
  late: {
    on: ['gpio'],
    at: 'line',
    acts: 'gpio',
    does: 'an edge comes `ms` later',
    checks: { ...onLine, ms },
    needs: ['line', 'ms'],
  },
  stuck: {
    on: ['i2c', 'spi'],
    at: 'part',
    acts: 'sense',
    does: 'the sensor always feels `value`, or what it felt first',
    checks: { ...sensed, value: number },
    lasts: true,
  },
  drift: {
    on: ['i2c', 'spi'],
    at: 'part',
    acts: 'sense',
    does: 'what the sensor feels grows by `perSecond`',
    checks: { ...sensed, perSecond: number },
    needs: ['perSecond'],
    lasts: true,
  },
  noise: {
    on: ['i2c', 'spi'],
    at: 'part',
    acts: 'sense',
    does: 'up to `amplitude` more or less than the sensor feels, another value for each transfer',
    checks: { ...sensed, amplitude: number, seed },
    needs: ['amplitude'],
    lasts: true,
  },
  offset: {
    on: ['i2c', 'spi'],
    at: 'part',
    acts: 'sense',
    does: '`by` more than the sensor feels',
    checks: { ...sensed, by: number },
    needs: ['by'],
    lasts: true,
  },
  clip: {
    on: ['i2c', 'spi'],
    at: 'part',
    acts: 'sense',
    does: 'the sensor feels nothing below `min` and nothing above `max`',
    checks: { ...sensed, min: number, max: number },
    lasts: true,
  },
};

/**
 * Checks what a caller gives.
 * @throws {TypeError} no such fault, an option that it does not have or that is missing, a value that makes no sense
 */
export function checkFault(kind: unknown, options: unknown): asserts kind is FaultKind {
  if (typeof kind !== 'string' || !Object.hasOwn(KINDS, kind)) throw unknownFault(kind);
  const { checks, needs = [] } = KINDS[kind as FaultKind];
  checkOptions<object>(`fault ${String(kind)}`, options, checks as never);
  for (const name of needs)
    if ((options as Readonly<Record<string, unknown>>)[name] === undefined)
      throw new TypeError(`option ${name} of fault ${String(kind)} is required`);
}

function unknownFault(kind: unknown): TypeError {
  const known = Object.keys(KINDS);
  const near = typeof kind === 'string' ? didYouMean(kind, known) : undefined;
  const remedy = near === undefined ? `the faults are ${known.join(', ')}` : `did you mean ${near}`;
  return new TypeError(`unknown fault ${shown(kind)}: ${remedy}`);
}

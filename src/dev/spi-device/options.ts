import { SPI_MODE } from '../../bus/index.ts';
import { nativeError } from '../dropin/errors.ts';
import type { SpiDev } from '../spi-dev.ts';

/** Options of an SPI device, as npm's spi-device 3 has them. */
export interface SpiOptions {
  mode?: number | undefined;
  chipSelectHigh?: boolean | undefined;
  lsbFirst?: boolean | undefined;
  threeWire?: boolean | undefined;
  loopback?: boolean | undefined;
  noChipSelect?: boolean | undefined;
  ready?: boolean | undefined;
  bitsPerWord?: number | undefined;
  maxSpeedHz?: number | undefined;
}

/** The options that are one mode bit each, in the order in which they are checked. */
const FLAGS = {
  chipSelectHigh: SPI_MODE.CS_HIGH,
  lsbFirst: SPI_MODE.LSB_FIRST,
  threeWire: SPI_MODE.THREE_WIRE,
  loopback: SPI_MODE.LOOP,
  noChipSelect: SPI_MODE.NO_CS,
  ready: SPI_MODE.READY,
} as const;

/** Polarity and phase. */
const MODE_X = SPI_MODE.CPHA | SPI_MODE.CPOL;

/** What options say, in spidev's terms. The mode is that of spidev's 8-bit ioctl. */
export interface Settings {
  /** Bits of the present mode to keep, and bits to set; absent: the mode stays. */
  mode?: { keep: number; set: number };
  bitsPerWord?: number;
  maxSpeedHz?: number;
}

function wrong(sentence: string): Error {
  return nativeError('EINVAL', 'toSpiOptions', `option ${sentence}`);
}

export function isUint32(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 0xffff_ffff;
}

/** What V8 calls an object: a function is one. */
export function isObject(value: unknown): value is object {
  return typeof value === 'function' || (typeof value === 'object' && value !== null);
}

/** @throws an error with code `EINVAL` and syscall `toSpiOptions` */
export function settingsOf(options: SpiOptions): Settings {
  const settings: Settings = {};
  let keep = 0xff;
  let set = 0;
  const { mode, bitsPerWord, maxSpeedHz } = options;
  if (mode !== undefined) {
    if (!isUint32(mode)) throw wrong('mode must be an unsigned integer');
    if (mode > MODE_X) throw wrong('mode is not a valid MODE');
    keep &= ~MODE_X;
    set |= mode;
  }
  for (const [name, bit] of Object.entries(FLAGS)) {
    const value = options[name as keyof typeof FLAGS];
    if (value === undefined) continue;
    if (typeof value !== 'boolean') throw wrong(`${name} must be a boolean`);
    keep &= ~bit;
    if (value) set |= bit;
  }
  if (keep !== 0xff) settings.mode = { keep, set };
  if (bitsPerWord !== undefined) {
    if (!isUint32(bitsPerWord)) throw wrong('bitsPerWord must be an unsigned integer');
    if (bitsPerWord > 0xff) throw wrong('bitsPerWord must be less than 256');
    settings.bitsPerWord = bitsPerWord;
  }
  if (maxSpeedHz !== undefined) {
    if (!isUint32(maxSpeedHz)) throw wrong('maxSpeedHz must be an unsigned integer');
    settings.maxSpeedHz = maxSpeedHz;
  }
  return settings;
}

/** What opening sets besides: mode 0 and words of 8 bits, whatever was set before. */
export function withOpenDefaults(settings: Settings): Settings {
  return { bitsPerWord: 8, ...settings, mode: { keep: 0, set: settings.mode?.set ?? 0 } };
}

/** Sets one after the other; those before the one that the device refuses stay set. @throws {BusFault} */
export function applySettings(spi: SpiDev, { mode, bitsPerWord, maxSpeedHz }: Settings): void {
  if (mode !== undefined) spi.mode = (spi.mode & 0xff & mode.keep) | mode.set;
  if (bitsPerWord !== undefined) spi.bitsPerWord = bitsPerWord;
  if (maxSpeedHz !== undefined) spi.maxSpeedHz = maxSpeedHz;
}

export function optionsOf(spi: SpiDev): SpiOptions {
  const flag = (bit: number) => (spi.mode & bit) !== 0;
  return {
    mode: spi.mode & MODE_X,
    chipSelectHigh: flag(FLAGS.chipSelectHigh),
    lsbFirst: flag(FLAGS.lsbFirst),
    threeWire: flag(FLAGS.threeWire),
    loopback: flag(FLAGS.loopback),
    noChipSelect: flag(FLAGS.noChipSelect),
    ready: flag(FLAGS.ready),
    bitsPerWord: spi.bitsPerWord,
    maxSpeedHz: spi.maxSpeedHz,
  };
}

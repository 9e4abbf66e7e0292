import { BusFault, SPI_MODE, type SpiAdapter } from '../bus/index.ts';
import { SpiDev } from './spi-dev.ts';
import type { SpiOpenOptions, SpiSettings } from './spi-settings.ts';

/** Mode bits of Linux that the vocabulary has no controller for: they are known, and refused. */
const SPI_3WIRE_HIZ = 0x8000;
const SPI_RX_CPHA_FLIP = 0x1_0000;
const SPI_MOSI_IDLE_LOW = 0x2_0000;

/** Every mode bit that spidev knows (drivers/spi/spidev.c, `SPI_MODE_MASK`). */
const SPIDEV_MODE_MASK =
  Object.values(SPI_MODE).reduce((all, bit) => all | bit, 0) |
  SPI_3WIRE_HIZ |
  SPI_RX_CPHA_FLIP |
  SPI_MOSI_IDLE_LOW;

const TX_LINES = SPI_MODE.TX_DUAL | SPI_MODE.TX_QUAD | SPI_MODE.TX_OCTAL;
const RX_LINES = SPI_MODE.RX_DUAL | SPI_MODE.RX_QUAD | SPI_MODE.RX_OCTAL;
const LINES = TX_LINES | RX_LINES;

export interface SpiNodeOptions {
  /** `SPI_MODE` bits, words and clock to begin with: a device's `spi-cpol`, `spi-max-frequency`, … */
  readonly mode?: number | undefined;
  readonly bitsPerWord?: number | undefined;
  /** Hz; 0 = the controller's maximum. */
  readonly maxSpeedHz?: number | undefined;
  /** Delays of the device in ns, from its node in the device tree. */
  readonly csSetupNs?: number | undefined;
  readonly csHoldNs?: number | undefined;
  readonly csInactiveNs?: number | undefined;
  readonly wordDelayNs?: number | undefined;
}

function severalOf(bits: number): boolean {
  return (bits & (bits - 1)) !== 0;
}

/**
 * `/dev/spidevB.C`: a device on an SPI bus and what all who open it share. In Linux, too, mode, word and clock
 * belong to the device and outlive a `close` (drivers/spi/spidev.c).
 */
export class SpiNode implements SpiSettings {
  readonly kind = 'spi';
  readonly path: string;
  readonly adapter: SpiAdapter;
  readonly chipSelect: number;
  readonly delays: SpiSettings['delays'];
  readonly #initialSpeedHz: number;
  #mode = 0;
  #bitsPerWord = 8;
  #speedHz: number;
  #users = 0;

  constructor(adapter: SpiAdapter, chipSelect: number, options: SpiNodeOptions = {}) {
    this.adapter = adapter;
    this.chipSelect = chipSelect;
    this.path = `/dev/spidev${adapter.number}.${chipSelect}`;
    const { csSetupNs = 0, csHoldNs = 0, csInactiveNs = 0, wordDelayNs = 0 } = options;
    this.delays = { csSetupNs, csHoldNs, csInactiveNs, wordDelayNs };
    const { maxSpeedHz } = adapter.capabilities;
    const wanted = options.maxSpeedHz ?? 0;
    this.#initialSpeedHz = maxSpeedHz > 0 && (wanted === 0 || wanted > maxSpeedHz) ? maxSpeedHz : wanted;
    this.#speedHz = this.#initialSpeedHz;
    this.setup(options.mode ?? 0, options.bitsPerWord ?? 8);
  }

  get mode(): number {
    return this.#mode;
  }

  get bitsPerWord(): number {
    return this.#bitsPerWord;
  }

  get speedHz(): number {
    return this.#speedHz;
  }

  set speedHz(hz: number) {
    if (!Number.isInteger(hz) || hz <= 0 || hz > 0xffff_ffff)
      throw new BusFault('EINVAL', `invalid clock ${hz} Hz`);
    this.#speedHz = hz;
  }

  setup(mode: number, bitsPerWord: number): void {
    if (mode & ~SPIDEV_MODE_MASK)
      throw new BusFault('EINVAL', `invalid SPI mode 0x${(mode >>> 0).toString(16)}`);
    if (severalOf(mode & TX_LINES) || severalOf(mode & RX_LINES))
      throw new BusFault('EINVAL', 'use only one of dual, quad and octal for each direction');
    if (mode & SPI_MODE.THREE_WIRE && mode & LINES)
      throw new BusFault('EINVAL', 'three-wire mode has only one data line');
    const { modes } = this.adapter.capabilities;
    const possible = mode & ~(LINES & ~modes);
    const refused = possible & ~(modes | SPI_MODE.CPHA | SPI_MODE.CPOL);
    if (refused) throw new BusFault('EINVAL', `unsupported SPI mode bits 0x${(refused >>> 0).toString(16)}`);
    this.checkBitsPerWord(bitsPerWord);
    this.#mode = possible;
    this.#bitsPerWord = bitsPerWord === 0 ? 8 : bitsPerWord;
  }

  checkBitsPerWord(bits: number): void {
    const { bitsPerWordMask } = this.adapter.capabilities;
    const fits = bits === 0 || bitsPerWordMask === 0 || (bitsPerWordMask >>> (bits - 1)) & 1;
    if (!Number.isInteger(bits) || bits < 0 || bits > 32 || !fits)
      throw new BusFault('EINVAL', `unsupported word size: ${bits} bits`);
  }

  open(options: SpiOpenOptions = {}): SpiDev {
    this.#users++;
    return new SpiDev(this, options, () => this.#released());
  }

  /** spidev forgets the clock that was set when the last user closes. */
  #released(): void {
    this.#users--;
    if (this.#users === 0) this.#speedHz = this.#initialSpeedHz;
  }
}

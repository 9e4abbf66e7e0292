import { BusFault, SPI_MODE, type SpiAdapter } from '../bus/index.ts';
// biome-ignore lint/suspicious/noImportCycles: a node opens devices, and these share what belongs to the node.
import { SpiDev } from './spi-dev.ts';

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

export interface SpiOpenOptions {
  /**
   * Most bytes that one message may send, and that it may receive: spidev's module parameter `bufsiz`, 4096
   * there. Without it only the controller's own limit holds.
   */
  readonly bufsiz?: number | undefined;
  /**
   * To what spidev aligns each transfer in its buffers, which counts for `bufsiz` (`ARCH_DMA_MINALIGN`):
   * 64 (default) on the Raspberry Pi, 8 on a PC.
   */
  readonly dmaAlign?: number | undefined;
}

function severalOf(bits: number): boolean {
  return (bits & (bits - 1)) !== 0;
}

/**
 * `/dev/spidevB.C`: a device on an SPI bus and what all who open it share. In Linux, too, mode, word and clock
 * belong to the device and outlive a `close` (drivers/spi/spidev.c).
 */
export class SpiNode {
  readonly kind = 'spi';
  readonly path: string;
  readonly adapter: SpiAdapter;
  readonly chipSelect: number;
  readonly delays: Readonly<Record<'csSetupNs' | 'csHoldNs' | 'csInactiveNs' | 'wordDelayNs', number>>;
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

  /** `SPI_MODE` bits. */
  get mode(): number {
    return this.#mode;
  }

  get bitsPerWord(): number {
    return this.#bitsPerWord;
  }

  /** Clock of transfers that name none, in Hz; 0 = the controller's maximum. */
  get speedHz(): number {
    return this.#speedHz;
  }

  set speedHz(hz: number) {
    if (!Number.isInteger(hz) || hz <= 0 || hz > 0xffff_ffff)
      throw new BusFault('EINVAL', `invalid clock ${hz} Hz`);
    this.#speedHz = hz;
  }

  /**
   * Sets mode and word length, as Linux's `spi_setup`: more lines than the controller has fall back to fewer,
   * every other bit that it cannot do is refused.
   *
   * @throws {BusFault} `EINVAL`; mode and word length then stay as they were.
   */
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

  /** @throws {BusFault} `EINVAL` */
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

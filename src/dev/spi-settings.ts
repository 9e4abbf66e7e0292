import type { SpiAdapter } from '../bus/index.ts';

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

/** What all who open a device share, as an open file sees it; see `SpiNode`. */
export interface SpiSettings {
  /** `/dev/spidev0.0` */
  readonly path: string;
  readonly adapter: SpiAdapter;
  readonly chipSelect: number;
  /** `SPI_MODE` bits. */
  readonly mode: number;
  /** 1 to 32. */
  readonly bitsPerWord: number;
  /** Clock of transfers that name none, in Hz; 0 = the controller's maximum. */
  speedHz: number;
  /** Delays of the device in ns. */
  readonly delays: Readonly<Record<'csSetupNs' | 'csHoldNs' | 'csInactiveNs' | 'wordDelayNs', number>>;
  /**
   * Sets mode and word length, as Linux's `spi_setup`: more lines than the controller has fall back to fewer,
   * every other bit that it cannot do is refused.
   *
   * @throws {BusFault} `EINVAL`; mode and word length then stay as they were.
   */
  setup(mode: number, bitsPerWord: number): void;
  /** @throws {BusFault} `EINVAL` a word length that the controller lacks; 0 stands for 8 */
  checkBitsPerWord(bits: number): void;
}

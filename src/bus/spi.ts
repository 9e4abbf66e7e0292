import type { Controller, MaybePromise } from './controller.ts';

/** Mode bits of an SPI device (Linux include/uapi/linux/spi/spi.h). */
export const SPI_MODE = {
  CPHA: 0x01,
  CPOL: 0x02,
  CS_HIGH: 0x04,
  LSB_FIRST: 0x08,
  THREE_WIRE: 0x10,
  LOOP: 0x20,
  NO_CS: 0x40,
  READY: 0x80,
  TX_DUAL: 0x100,
  TX_QUAD: 0x200,
  RX_DUAL: 0x400,
  RX_QUAD: 0x800,
  TX_OCTAL: 0x2000,
  RX_OCTAL: 0x4000,
} as const;

/** Clock polarity and phase as the two low mode bits: modes 0 to 3. */
export const SPI_MODE_X_MASK = SPI_MODE.CPHA | SPI_MODE.CPOL;

/** The mode bits that an SPI child asks for by flags (Linux Documentation/devicetree/bindings/spi/spi-peripheral-props.yaml). */
export const SPI_MODE_FLAGS: readonly (readonly [property: string, bit: number])[] = [
  ['spi-cpha', SPI_MODE.CPHA],
  ['spi-cpol', SPI_MODE.CPOL],
  ['spi-cs-high', SPI_MODE.CS_HIGH],
  ['spi-lsb-first', SPI_MODE.LSB_FIRST],
  ['spi-3wire', SPI_MODE.THREE_WIRE],
];

/**
 * One transfer of a message; the shape of Linux's `struct spi_ioc_transfer`.
 *
 * `tx` and `rx` have the same length where both are there; one of them may be missing (half duplex: zeros
 * are sent, or what comes in is dropped). Lengths are in bytes; a word of 9 to 16 bits takes two bytes, of
 * 17 to 32 bits four, in little-endian order.
 */
export interface SpiTransfer {
  tx?: Uint8Array | undefined;
  rx?: Uint8Array | undefined;
  /** Hz; 0 = the controller's own maximum. */
  speedHz: number;
  /** 1 to 32; 0 = 8. */
  bitsPerWord: number;
  /** Before the next transfer: deselect and select again. On the last: leave the chip selected. */
  csChange: boolean;
  /** Data lines: 0 or 1 = single, 2 = dual, 4 = quad, 8 = octal. */
  txNbits: number;
  rxNbits: number;
  /** Delays in ns: between words, select to first clock, last clock to deselect, deselected at least. */
  wordDelayNs: number;
  csSetupNs: number;
  csHoldNs: number;
  csInactiveNs: number;
}

/** What an SPI controller can do: the material of the virtio-spi config space. */
export interface SpiCapabilities {
  /** How many chip selects there are. */
  readonly chipSelects: number;
  /** `SPI_MODE` bits that may be set (`CPHA`, `CPOL`, `CS_HIGH`, `LSB_FIRST`, `LOOP`, lines). */
  readonly modes: number;
  /** Bit n-1 set: words of n bits. 0 = any from 1 to 32. */
  readonly bitsPerWordMask: number;
  /** Hz; 0 = no limit known. */
  readonly maxSpeedHz: number;
  /** Longest delays in ns; 0 = cannot delay. */
  readonly maxWordDelayNs: number;
  readonly maxCsSetupNs: number;
  readonly maxCsHoldNs: number;
  readonly maxCsInactiveNs: number;
  /** Longest write and read in bytes while the chip stays selected, where the adapter has limits. */
  readonly maxWriteLength?: number;
  readonly maxReadLength?: number;
  /** Whether it sends and receives at the same time; missing: it does. */
  readonly fullDuplex?: boolean;
}

/** A physical driver of one SPI bus. */
export interface SpiController extends Controller {
  readonly capabilities: SpiCapabilities;
  /** Several messages to one chip, told apart by `csChange`, take fewer round trips in one `transfer` than each in its own. */
  readonly joinsMessages?: boolean;
  /**
   * Runs one message: selects the chip, runs the transfers, deselects it (save where the last transfer's
   * `csChange` keeps it selected: then the next `transfer` to the same chip goes on without a new select,
   * and one to another chip deselects it first). `mode` holds `SPI_MODE` bits.
   *
   * @throws {BusFault} `EINVAL` a parameter out of range, `EOPNOTSUPP`, `EMSGSIZE`, `EIO`, `ENODEV`,
   * `ETIMEDOUT`; the chip is deselected when it throws.
   */
  transfer(
    chipSelect: number,
    mode: number,
    transfers: readonly SpiTransfer[],
    signal?: AbortSignal,
  ): MaybePromise<void>;
  /** Deselects whatever an earlier message left selected. */
  deselect(): MaybePromise<void>;
}

/** Bytes that a word of `bits` takes in memory. */
export function bytesPerWord(bits: number): 1 | 2 | 4 {
  return bits <= 8 ? 1 : bits <= 16 ? 2 : 4;
}

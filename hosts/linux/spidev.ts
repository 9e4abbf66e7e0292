/**
 * Calls of Linux's spidev. Source: include/uapi/linux/spi/spidev.h, Documentation/spi/spidev.rst; what it makes of them:
 * drivers/spi/spidev.c.
 */
import { SPI_MODE, type SpiTransfer } from '../../src/bus/index.ts';
import { IOCTL_SIZE_MAX, ior, iow } from '../../src/os/index.ts';

/** `SPI_IOC_MAGIC`. */
const MAGIC = 0x6b;

export const SPI_IOCTL = {
  WR_BITS_PER_WORD: iow(MAGIC, 3, 1),
  RD_MODE32: ior(MAGIC, 5, 4),
  WR_MODE32: iow(MAGIC, 5, 4),
} as const;

/** `struct spi_ioc_transfer`. */
const TRANSFER = {
  TX_BUF: 0,
  RX_BUF: 8,
  LEN: 16,
  SPEED_HZ: 20,
  DELAY_USECS: 24,
  BITS_PER_WORD: 26,
  CS_CHANGE: 27,
  TX_NBITS: 28,
  RX_NBITS: 29,
  WORD_DELAY_USECS: 30,
  SIZE: 32,
} as const;

/** `SPI_IOC_MESSAGE` has room for so many transfers. */
export const TRANSFERS_MAX = Math.floor(IOCTL_SIZE_MAX / TRANSFER.SIZE);

/** The module's parameter `bufsiz` where it is not set. */
export const BUFSIZ_DEFAULT = 4096;
/** spidev fills every transfer up to the largest `ARCH_DMA_MINALIGN` there is. */
const ALIGNMENT = 128;

/** Longest delays that a `spi_ioc_transfer` has room for. */
export const HOLD_NS_MAX = 0xffff * 1000;
export const WORD_DELAY_NS_MAX = 0xff * 1000;
/** The core keeps a chip deselected for so long between two transfers (drivers/spi/spi.c). */
export const INACTIVE_NS = 10_000;

/** Bytes that a transfer takes of spidev's buffers. */
export function roomOf(length: number): number {
  return Math.ceil(length / ALIGNMENT) * ALIGNMENT;
}

/** How many bytes go into a buffer of `bufsiz` at once, in whole words of any size. */
export function lengthMax(bufsiz: number): number {
  const aligned = Math.floor(bufsiz / ALIGNMENT) * ALIGNMENT;
  return aligned > 0 ? aligned : bufsiz - (bufsiz % 4);
}

export function messageIoctl(transfers: number): number {
  return iow(MAGIC, 0, transfers * TRANSFER.SIZE);
}

/** Bytes of one `SPI_IOC_MESSAGE`: its transfers, what is sent, what is received. */
export function messageLength(transfers: readonly SpiTransfer[]): number {
  const data = transfers.reduce((sum, { tx, rx }) => sum + (tx?.length ?? 0) + (rx?.length ?? 0), 0);
  return TRANSFER.SIZE * transfers.length + data;
}

/** Lays a message out in `bytes`, which lie at `address`. */
export function layMessage(bytes: Uint8Array, address: number, transfers: readonly SpiTransfer[]): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let data = TRANSFER.SIZE * transfers.length;
  transfers.forEach((transfer, index) => {
    const at = TRANSFER.SIZE * index;
    const { tx, rx } = transfer;
    if (tx !== undefined) {
      view.setBigUint64(at + TRANSFER.TX_BUF, BigInt(address + data), true);
      bytes.set(tx, data);
      data += tx.length;
    }
    if (rx !== undefined) {
      view.setBigUint64(at + TRANSFER.RX_BUF, BigInt(address + data), true);
      data += rx.length;
    }
    view.setUint32(at + TRANSFER.LEN, (tx ?? rx)?.length ?? 0, true);
    view.setUint32(at + TRANSFER.SPEED_HZ, transfer.speedHz, true);
    view.setUint16(at + TRANSFER.DELAY_USECS, Math.ceil(transfer.csHoldNs / 1000), true);
    view.setUint8(at + TRANSFER.BITS_PER_WORD, transfer.bitsPerWord || 8);
    view.setUint8(at + TRANSFER.CS_CHANGE, transfer.csChange ? 1 : 0);
    view.setUint8(at + TRANSFER.TX_NBITS, transfer.txNbits);
    view.setUint8(at + TRANSFER.RX_NBITS, transfer.rxNbits);
    view.setUint8(at + TRANSFER.WORD_DELAY_USECS, Math.ceil(transfer.wordDelayNs / 1000));
  });
}

/** Puts what was received into the transfers. */
export function takeMessage(bytes: Uint8Array, transfers: readonly SpiTransfer[]): void {
  let data = TRANSFER.SIZE * transfers.length;
  for (const { tx, rx } of transfers) {
    data += tx?.length ?? 0;
    if (rx === undefined) continue;
    rx.set(bytes.subarray(data, data + rx.length));
    data += rx.length;
  }
}

/** The mode bit that a driver must offer for so many data lines. */
export function lineModes({ txNbits, rxNbits }: SpiTransfer): number {
  return (TX_LINES[txNbits] ?? 0) | (RX_LINES[rxNbits] ?? 0);
}

const TX_LINES: Readonly<Record<number, number>> = {
  2: SPI_MODE.TX_DUAL,
  4: SPI_MODE.TX_QUAD,
  8: SPI_MODE.TX_OCTAL,
};
const RX_LINES: Readonly<Record<number, number>> = {
  2: SPI_MODE.RX_DUAL,
  4: SPI_MODE.RX_QUAD,
  8: SPI_MODE.RX_OCTAL,
};

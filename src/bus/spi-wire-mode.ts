import { SPI_MODE } from './spi.ts';

/**
 * Linux's mode bits and those of a virtio-spi transfer (virtio 1.4, 5.21.6) differ in one place only, LOOP;
 * the wire knows just these five.
 */
const WIRE_LOOP = 0x10;
const SAME = SPI_MODE.CPHA | SPI_MODE.CPOL | SPI_MODE.CS_HIGH | SPI_MODE.LSB_FIRST;

/** `SPI_MODE` bits as the `mode` of a virtio-spi transfer; bits without a place there are dropped. */
export function spiModeToWire(mode: number): number {
  return (mode & SAME) | (mode & SPI_MODE.LOOP ? WIRE_LOOP : 0);
}

/** The `mode` of a virtio-spi transfer as `SPI_MODE` bits. */
export function spiModeFromWire(mode: number): number {
  return (mode & SAME) | (mode & WIRE_LOOP ? SPI_MODE.LOOP : 0);
}

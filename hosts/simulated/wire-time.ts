import { bytesPerWord, type SpiTransfer } from '../../src/bus/index.ts';
import { DEFAULT_SPI_HZ } from '../../src/sim/index.ts';

/** How long the words of a transfer take on a wire, in ns: bits over speed, and the delay after each. */
export function spiWordsNs({
  tx,
  rx,
  txNbits,
  rxNbits,
  bitsPerWord,
  speedHz,
  wordDelayNs,
}: SpiTransfer): number {
  const bits = bitsPerWord || 8;
  const words = ((tx ?? rx)?.length ?? 0) / bytesPerWord(bits);
  const lines = (tx === undefined ? rxNbits : txNbits) || 1;
  return words * ((bits * 1e9) / lines / (speedHz || DEFAULT_SPI_HZ) + wordDelayNs);
}

/** An SPI transfer of no bytes that asks for nothing special. */
export const PLAIN_TRANSFER = Object.freeze({
  speedHz: 0,
  bitsPerWord: 8,
  csChange: false,
  txNbits: 0,
  rxNbits: 0,
  wordDelayNs: 0,
  csSetupNs: 0,
  csHoldNs: 0,
  csInactiveNs: 0,
});

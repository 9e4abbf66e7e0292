import {
  BusFault,
  BYTE_WORDS,
  BYTE_WORDS_MASK,
  checkSpiData,
  hexByte,
  SPI_MODE,
  type SpiCapabilities,
  type SpiTransfer,
} from '../../src/bus/index.ts';

/** What the sheet of an adapter says that carries what `checkSpiMessage` lets pass. */
export const BYTES_WITHOUT_DELAYS = {
  bitsPerWordMask: BYTE_WORDS_MASK,
  maxWordDelayNs: 0,
  maxCsSetupNs: 0,
  maxCsHoldNs: 0,
  maxCsInactiveNs: 0,
} as const satisfies Partial<SpiCapabilities>;

/**
 * Refuses an SPI message that an adapter of whole bytes, single lines and no delays cannot carry, before anything is sent.
 * @param adapter who refuses it, as `a CH341A`
 * @throws {BusFault} `EINVAL`, `EOPNOTSUPP`
 */
export function checkSpiMessage(
  { chipSelects, modes }: SpiCapabilities,
  adapter: string,
  chipSelect: number,
  mode: number,
  transfers: readonly SpiTransfer[],
): void {
  if (!(chipSelect >= 0 && chipSelect < chipSelects))
    throw new BusFault('EINVAL', `invalid chip select ${chipSelect}: ${adapter} has ${chipSelects}`);
  const strange = mode & ~modes;
  if (strange !== 0)
    throw new BusFault(
      'EOPNOTSUPP',
      `${adapter} cannot do SPI mode bits ${hexByte(strange)}: expected bits of ${hexByte(modes)}`,
    );
  for (const transfer of transfers) {
    const { txNbits, rxNbits, wordDelayNs, csSetupNs, csHoldNs, csInactiveNs } = transfer;
    checkSpiData(transfer, adapter, BYTE_WORDS);
    if (txNbits > 1 || rxNbits > 1 || (mode & SPI_MODE.THREE_WIRE) !== 0)
      throw new BusFault('EOPNOTSUPP', `${adapter} cannot do more than one data line each way`);
    if (wordDelayNs + csSetupNs + csHoldNs + csInactiveNs > 0)
      throw new BusFault('EOPNOTSUPP', `${adapter} cannot do delays`);
  }
}

import {
  SPI_MODE,
  type SpiCapabilities,
  type SpiTransfer,
  spiModeFromWire,
  spiModeToWire,
} from '../../bus/index.ts';
import {
  type DescriptorChain,
  readSpiHead,
  SPI_HEAD_BYTES,
  SPI_NBITS,
  SPI_RESULT_BYTES,
  type SpiConfig,
  type SpiHead,
  spiModeFunc,
  spiModeSupported,
} from '../../virtio/index.ts';

/** A transfer as a driver asked for it, checked against what the controller can do. */
export interface SpiRequest {
  readonly chain: DescriptorChain;
  /** False: a PARAM_ERR, and nothing else in here matters. */
  readonly valid: boolean;
  readonly chipSelect: number;
  /** `SPI_MODE` bits. */
  readonly mode: number;
  readonly transfer: SpiTransfer;
  /** Bytes of data, both directions counted. Above the limit, `transfer` has none of them. */
  readonly bytes: number;
  /** The driver wants the chip deselected after this transfer. */
  readonly deselectAfter: boolean;
}

/** The configuration space of a controller with these capabilities. */
export function spiConfigOf(capabilities: SpiCapabilities): SpiConfig {
  const nbits = (dual: number, quad: number, octal: number) =>
    (capabilities.modes & dual ? SPI_NBITS.DUAL : 0) |
    (capabilities.modes & quad ? SPI_NBITS.QUAD : 0) |
    (capabilities.modes & octal ? SPI_NBITS.OCTAL : 0);
  return {
    csMaxNumber: capabilities.chipSelects,
    csChangeSupported: 1,
    txNbitsSupported: nbits(SPI_MODE.TX_DUAL, SPI_MODE.TX_QUAD, SPI_MODE.TX_OCTAL),
    rxNbitsSupported: nbits(SPI_MODE.RX_DUAL, SPI_MODE.RX_QUAD, SPI_MODE.RX_OCTAL),
    bitsPerWordMask: capabilities.bitsPerWordMask,
    modeFuncSupported: spiModeFunc(spiModeToWire(capabilities.modes)),
    maxFreqHz: capabilities.maxSpeedHz,
    maxWordDelayNs: capabilities.maxWordDelayNs,
    maxCsSetupNs: capabilities.maxCsSetupNs,
    maxCsHoldNs: capabilities.maxCsHoldNs,
    maxCsInactiveNs: capabilities.maxCsInactiveNs,
  };
}

const NO_TRANSFER: SpiTransfer = {
  speedHz: 0,
  bitsPerWord: 8,
  csChange: false,
  txNbits: 0,
  rxNbits: 0,
  wordDelayNs: 0,
  csSetupNs: 0,
  csHoldNs: 0,
  csInactiveNs: 0,
};

/**
 * Reads a transfer request. The device must check the head against its configuration and the lengths
 * against each other (virtio 1.4, 5.21.6.2); `head` is scratch.
 * @param maxBytes data of a request that is longer is not looked at
 */
export function parseSpiRequest(
  chain: DescriptorChain,
  config: Readonly<SpiConfig>,
  head: SpiHead,
  maxBytes = Number.POSITIVE_INFINITY,
): SpiRequest {
  const { readable, writable } = chain;
  const bad = {
    chain,
    valid: false,
    chipSelect: 0,
    mode: 0,
    transfer: NO_TRANSFER,
    bytes: 0,
    deselectAfter: true,
  };
  if (readable.remaining < SPI_HEAD_BYTES || writable.remaining < SPI_RESULT_BYTES) return bad;
  readSpiHead(readable, head);
  const txLength = readable.remaining;
  const rxLength = writable.remaining - SPI_RESULT_BYTES;
  if (txLength > 0 && rxLength > 0 && txLength !== rxLength) return bad;
  if (!fits(head, config)) return bad;
  const bytes = txLength + rxLength;
  const wanted = bytes <= maxBytes;
  return {
    chain,
    valid: true,
    bytes,
    chipSelect: head.chipSelectId,
    mode: spiModeFromWire(head.mode),
    deselectAfter: head.csChange !== 0,
    transfer: {
      tx: wanted && txLength > 0 ? readable.take(txLength) : undefined,
      rx: wanted && rxLength > 0 ? writable.take(rxLength) : undefined,
      speedHz: head.freq,
      bitsPerWord: head.bitsPerWord,
      csChange: false,
      txNbits: head.txNbits,
      rxNbits: head.rxNbits,
      wordDelayNs: head.wordDelayNs,
      csSetupNs: head.csSetupNs,
      csHoldNs: head.csDelayHoldNs,
      csInactiveNs: head.csChangeDelayInactiveNs,
    },
  };
}

function fits(head: SpiHead, config: Readonly<SpiConfig>): boolean {
  return (
    head.chipSelectId < config.csMaxNumber &&
    head.bitsPerWord >= 1 &&
    head.bitsPerWord <= 32 &&
    (config.bitsPerWordMask === 0 || (config.bitsPerWordMask & (1 << (head.bitsPerWord - 1))) !== 0) &&
    head.csChange <= 1 &&
    linesSupported(head.txNbits, config.txNbitsSupported) &&
    linesSupported(head.rxNbits, config.rxNbitsSupported) &&
    spiModeSupported(config.modeFuncSupported, head.mode) &&
    (config.maxFreqHz === 0 || head.freq <= config.maxFreqHz) &&
    head.wordDelayNs <= config.maxWordDelayNs &&
    head.csSetupNs <= config.maxCsSetupNs &&
    head.csDelayHoldNs <= config.maxCsHoldNs &&
    head.csChangeDelayInactiveNs <= config.maxCsInactiveNs
  );
}

/** 0 and 1 are single lines; 2, 4, 8 need their bit. */
function linesSupported(nbits: number, supported: number): boolean {
  switch (nbits) {
    case 0:
    case 1:
      return true;
    case 2:
      return (supported & SPI_NBITS.DUAL) !== 0;
    case 4:
      return (supported & SPI_NBITS.QUAD) !== 0;
    case 8:
      return (supported & SPI_NBITS.OCTAL) !== 0;
    default:
      return false;
  }
}

import type { Reader } from '../chain/reader.ts';

/** Virtio device id of an SPI controller (virtio 1.4, 5.21). One queue. */
export const VIRTIO_ID_SPI = 45;

/** `virtio_spi_config`: four u8, then le32. */
export const SPI_CONFIG = {
  CS_MAX_NUMBER: 0,
  CS_CHANGE_SUPPORTED: 1,
  TX_NBITS_SUPPORTED: 2,
  RX_NBITS_SUPPORTED: 3,
  BITS_PER_WORD_MASK: 4,
  MODE_FUNC_SUPPORTED: 8,
  MAX_FREQ_HZ: 12,
  MAX_WORD_DELAY_NS: 16,
  MAX_CS_SETUP_NS: 20,
  MAX_CS_HOLD_NS: 24,
  MAX_CS_INACTIVE_NS: 28,
} as const;
export const SPI_CONFIG_BYTES = 32;

/** `tx_nbits_supported` and `rx_nbits_supported`; single is always there. */
export const SPI_NBITS = { DUAL: 1, QUAD: 2, OCTAL: 4 } as const;

/** `mode_func_supported`. NOT the bits of a transfer's `mode`. */
export const SPI_MODE_FUNC = {
  CPHA_0: 0x01,
  CPHA_1: 0x02,
  CPOL_0: 0x04,
  CPOL_1: 0x08,
  CS_HIGH: 0x10,
  LSB_FIRST: 0x20,
  LOOP: 0x40,
} as const;

/** `mode` of a transfer. */
export const SPI_WIRE_MODE = { CPHA: 0x01, CPOL: 0x02, CS_HIGH: 0x04, LSB_FIRST: 0x08, LOOP: 0x10 } as const;

/** `spi_transfer_head`: u8 up to reserved, then le32. */
export const SPI_HEAD = {
  CHIP_SELECT_ID: 0,
  BITS_PER_WORD: 1,
  CS_CHANGE: 2,
  TX_NBITS: 3,
  RX_NBITS: 4,
  RESERVED: 5,
  MODE: 8,
  FREQ: 12,
  WORD_DELAY_NS: 16,
  CS_SETUP_NS: 20,
  CS_DELAY_HOLD_NS: 24,
  CS_CHANGE_DELAY_INACTIVE_NS: 28,
} as const;
export const SPI_HEAD_BYTES = 32;
/** `spi_transfer_result`: u8, the last writable byte of the request. */
export const SPI_RESULT_BYTES = 1;

/** `result` of a transfer; with `DTBUS_F_ERRNO` a failure is any of 1 to 133, 1 still being PARAM_ERR. */
export const SPI_RESULT = { TRANS_OK: 0, PARAM_ERR: 1, TRANS_ERR: 2 } as const;

/** A decoded `spi_transfer_head`. */
export interface SpiHead {
  chipSelectId: number;
  bitsPerWord: number;
  csChange: number;
  txNbits: number;
  rxNbits: number;
  /** `SPI_WIRE_MODE` bits. */
  mode: number;
  /** Hz. */
  freq: number;
  wordDelayNs: number;
  csSetupNs: number;
  csDelayHoldNs: number;
  csChangeDelayInactiveNs: number;
}

/** A decoded `virtio_spi_config`. */
export interface SpiConfig {
  csMaxNumber: number;
  csChangeSupported: number;
  txNbitsSupported: number;
  rxNbitsSupported: number;
  /** Bit n-1: words of n bits; 0 = any. */
  bitsPerWordMask: number;
  /** `SPI_MODE_FUNC` bits. */
  modeFuncSupported: number;
  /** 0 = no limit known. */
  maxFreqHz: number;
  /** 0 = cannot be delayed; so are the next three. */
  maxWordDelayNs: number;
  maxCsSetupNs: number;
  maxCsHoldNs: number;
  maxCsInactiveNs: number;
}

export function writeSpiHead(view: DataView, at: number, head: Readonly<SpiHead>): void {
  view.setUint8(at + SPI_HEAD.CHIP_SELECT_ID, head.chipSelectId);
  view.setUint8(at + SPI_HEAD.BITS_PER_WORD, head.bitsPerWord);
  view.setUint8(at + SPI_HEAD.CS_CHANGE, head.csChange);
  view.setUint8(at + SPI_HEAD.TX_NBITS, head.txNbits);
  view.setUint8(at + SPI_HEAD.RX_NBITS, head.rxNbits);
  view.setUint8(at + SPI_HEAD.RESERVED, 0);
  view.setUint16(at + SPI_HEAD.RESERVED + 1, 0);
  view.setUint32(at + SPI_HEAD.MODE, head.mode, true);
  view.setUint32(at + SPI_HEAD.FREQ, head.freq, true);
  view.setUint32(at + SPI_HEAD.WORD_DELAY_NS, head.wordDelayNs, true);
  view.setUint32(at + SPI_HEAD.CS_SETUP_NS, head.csSetupNs, true);
  view.setUint32(at + SPI_HEAD.CS_DELAY_HOLD_NS, head.csDelayHoldNs, true);
  view.setUint32(at + SPI_HEAD.CS_CHANGE_DELAY_INACTIVE_NS, head.csChangeDelayInactiveNs, true);
}

/** Reads a head. @throws {ChainTooShort} */
export function readSpiHead(reader: Reader, into: SpiHead): void {
  const at = reader.head(SPI_HEAD_BYTES);
  const { view } = reader;
  into.chipSelectId = view.getUint8(at + SPI_HEAD.CHIP_SELECT_ID);
  into.bitsPerWord = view.getUint8(at + SPI_HEAD.BITS_PER_WORD);
  into.csChange = view.getUint8(at + SPI_HEAD.CS_CHANGE);
  into.txNbits = view.getUint8(at + SPI_HEAD.TX_NBITS);
  into.rxNbits = view.getUint8(at + SPI_HEAD.RX_NBITS);
  into.mode = view.getUint32(at + SPI_HEAD.MODE, true);
  into.freq = view.getUint32(at + SPI_HEAD.FREQ, true);
  into.wordDelayNs = view.getUint32(at + SPI_HEAD.WORD_DELAY_NS, true);
  into.csSetupNs = view.getUint32(at + SPI_HEAD.CS_SETUP_NS, true);
  into.csDelayHoldNs = view.getUint32(at + SPI_HEAD.CS_DELAY_HOLD_NS, true);
  into.csChangeDelayInactiveNs = view.getUint32(at + SPI_HEAD.CS_CHANGE_DELAY_INACTIVE_NS, true);
}

export function writeSpiConfig(view: DataView, at: number, config: Readonly<SpiConfig>): void {
  view.setUint8(at + SPI_CONFIG.CS_MAX_NUMBER, config.csMaxNumber);
  view.setUint8(at + SPI_CONFIG.CS_CHANGE_SUPPORTED, config.csChangeSupported);
  view.setUint8(at + SPI_CONFIG.TX_NBITS_SUPPORTED, config.txNbitsSupported);
  view.setUint8(at + SPI_CONFIG.RX_NBITS_SUPPORTED, config.rxNbitsSupported);
  view.setUint32(at + SPI_CONFIG.BITS_PER_WORD_MASK, config.bitsPerWordMask, true);
  view.setUint32(at + SPI_CONFIG.MODE_FUNC_SUPPORTED, config.modeFuncSupported, true);
  view.setUint32(at + SPI_CONFIG.MAX_FREQ_HZ, config.maxFreqHz, true);
  view.setUint32(at + SPI_CONFIG.MAX_WORD_DELAY_NS, config.maxWordDelayNs, true);
  view.setUint32(at + SPI_CONFIG.MAX_CS_SETUP_NS, config.maxCsSetupNs, true);
  view.setUint32(at + SPI_CONFIG.MAX_CS_HOLD_NS, config.maxCsHoldNs, true);
  view.setUint32(at + SPI_CONFIG.MAX_CS_INACTIVE_NS, config.maxCsInactiveNs, true);
}

export function readSpiConfig(view: DataView, at = 0): SpiConfig {
  return {
    csMaxNumber: view.getUint8(at + SPI_CONFIG.CS_MAX_NUMBER),
    csChangeSupported: view.getUint8(at + SPI_CONFIG.CS_CHANGE_SUPPORTED),
    txNbitsSupported: view.getUint8(at + SPI_CONFIG.TX_NBITS_SUPPORTED),
    rxNbitsSupported: view.getUint8(at + SPI_CONFIG.RX_NBITS_SUPPORTED),
    bitsPerWordMask: view.getUint32(at + SPI_CONFIG.BITS_PER_WORD_MASK, true),
    modeFuncSupported: view.getUint32(at + SPI_CONFIG.MODE_FUNC_SUPPORTED, true),
    maxFreqHz: view.getUint32(at + SPI_CONFIG.MAX_FREQ_HZ, true),
    maxWordDelayNs: view.getUint32(at + SPI_CONFIG.MAX_WORD_DELAY_NS, true),
    maxCsSetupNs: view.getUint32(at + SPI_CONFIG.MAX_CS_SETUP_NS, true),
    maxCsHoldNs: view.getUint32(at + SPI_CONFIG.MAX_CS_HOLD_NS, true),
    maxCsInactiveNs: view.getUint32(at + SPI_CONFIG.MAX_CS_INACTIVE_NS, true),
  };
}

/** Which `mode_func_supported` bit each set `mode` bit needs, and each clear one. */
const MODE_NEEDS = [
  { bit: SPI_WIRE_MODE.CPHA, set: SPI_MODE_FUNC.CPHA_1, clear: SPI_MODE_FUNC.CPHA_0 },
  { bit: SPI_WIRE_MODE.CPOL, set: SPI_MODE_FUNC.CPOL_1, clear: SPI_MODE_FUNC.CPOL_0 },
  { bit: SPI_WIRE_MODE.CS_HIGH, set: SPI_MODE_FUNC.CS_HIGH, clear: 0 },
  { bit: SPI_WIRE_MODE.LSB_FIRST, set: SPI_MODE_FUNC.LSB_FIRST, clear: 0 },
  { bit: SPI_WIRE_MODE.LOOP, set: SPI_MODE_FUNC.LOOP, clear: 0 },
] as const;

/** True when a transfer of `mode` may be sent to a device with this `mode_func_supported`. */
export function spiModeSupported(modeFunc: number, mode: number): boolean {
  let unknown = mode;
  for (let i = 0; i < MODE_NEEDS.length; i++) {
    const { bit, set, clear } = MODE_NEEDS[i] as (typeof MODE_NEEDS)[number];
    const need = (mode & bit) !== 0 ? set : clear;
    if ((modeFunc & need) !== need) return false;
    unknown &= ~bit;
  }
  return unknown === 0;
}

/** `mode_func_supported` of a device that takes every mode made of `modes` (`SPI_WIRE_MODE` bits). */
export function spiModeFunc(modes: number): number {
  let mask = 0;
  for (const { bit, set, clear } of MODE_NEEDS) mask |= clear | ((modes & bit) !== 0 ? set : 0);
  return mask;
}

/** The `SPI_WIRE_MODE` bits that a device with this `mode_func_supported` lets a driver set. */
export function spiModesOf(modeFunc: number): number {
  let modes = 0;
  for (const { bit, set } of MODE_NEEDS) if ((modeFunc & set) !== 0) modes |= bit;
  return modes;
}

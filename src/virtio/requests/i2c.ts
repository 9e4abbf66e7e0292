import type { Reader } from '../chain/reader.ts';

/** Virtio device id of an I2C adapter (virtio 1.3, 5.16). It has one queue and no configuration space. */
export const VIRTIO_ID_I2C_ADAPTER = 34;

/** `virtio_i2c_out_hdr` (5.16.6.1): le16 addr, le16 padding, le32 flags. */
export const I2C_OUT_HDR = { ADDR: 0, PADDING: 2, FLAGS: 4 } as const;
export const I2C_OUT_HDR_BYTES = 8;
/** `virtio_i2c_in_hdr`: u8 status, the last writable byte of the request. */
export const I2C_IN_HDR_BYTES = 1;

/** The configuration space with `DTBUS_F_I2C_FLAGS`: le32 `I2C_FUNC` bits of the adapter. */
export const DTBUS_I2C_CONFIG_BYTES = 4;

/** `flags` of a request. */
export const VIRTIO_I2C_FLAGS = {
  /** If this request fails, the next one fails too: on all but the last message of a transfer. */
  FAIL_NEXT: 1,
  /** The buffer is read from the target. */
  M_RD: 2,
} as const;

/** `status` of a request; with `DTBUS_F_ERRNO` a failure is any of 1 to 133. */
export const VIRTIO_I2C_MSG = { OK: 0, ERR: 1 } as const;

/** A decoded `virtio_i2c_out_hdr`. */
export interface I2cOutHdr {
  /** 7 or 10 bits, never shifted. */
  addr: number;
  tenBit: boolean;
  flags: number;
  /** The padding: with `DTBUS_F_I2C_FLAGS` the `I2C_M` flags besides direction and address width. */
  messageFlags: number;
}

/** First byte of a 10-bit address on the wire: 11110 A9 A8 0. */
const TEN_BIT_MARK = 0xf0;
const TEN_BIT_MASK = 0xf8;

/** An address as the le16 on the wire (5.16.6.1, table of address formats). */
export function i2cWireAddress(addr: number, tenBit: boolean): number {
  if (!tenBit) return (addr & 0x7f) << 1;
  return ((addr & 0xff) << 8) | TEN_BIT_MARK | (((addr >> 8) & 3) << 1);
}

/** Writes an `out_hdr` at byte `at` of `view`. @param messageFlags see `I2cOutHdr`; 0 to ends that are not ours */
export function writeI2cOutHdr(
  view: DataView,
  at: number,
  addr: number,
  tenBit: boolean,
  flags: number,
  messageFlags = 0,
): void {
  view.setUint16(at + I2C_OUT_HDR.ADDR, i2cWireAddress(addr, tenBit), true);
  view.setUint16(at + I2C_OUT_HDR.PADDING, messageFlags, true);
  view.setUint32(at + I2C_OUT_HDR.FLAGS, flags, true);
}

/**
 * Reads an `out_hdr` into `into`. The five bits 11110 are no 7-bit address (they are reserved for this), so
 * they mark the 10-bit form. False when the address has bits where its form has none.
 * @throws {ChainTooShort}
 */
export function readI2cOutHdr(reader: Reader, into: I2cOutHdr): boolean {
  const at = reader.head(I2C_OUT_HDR_BYTES);
  const { view } = reader;
  const wire = view.getUint16(at + I2C_OUT_HDR.ADDR, true);
  into.messageFlags = view.getUint16(at + I2C_OUT_HDR.PADDING, true);
  into.flags = view.getUint32(at + I2C_OUT_HDR.FLAGS, true);
  into.tenBit = (wire & TEN_BIT_MASK) === TEN_BIT_MARK;
  into.addr = into.tenBit ? (wire >> 8) | ((wire & 6) << 7) : (wire >> 1) & 0x7f;
  return (wire & 1) === 0 && (into.tenBit || wire <= 0xff);
}

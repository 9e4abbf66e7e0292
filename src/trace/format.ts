/**
 * How an event lies in the ring: a head, then its texts, then (of a transfer) its segments. Little-endian; every record is a
 * multiple of 8 bytes long. Where 0 means that there is nothing, a number is written one higher.
 */

/** What a record is. */
export const KIND = { TRANSFER: 1, EDGE: 2 } as const;

/** Places in the head of every record. */
export const HEAD = {
  /** u32: bytes of the whole record. */
  LENGTH: 0,
  /** u8 */
  KIND: 4,
  /** u8: level of an edge. */
  HIGH: 5,
  /** u16 */
  BUS: 6,
  /** u32 */
  SEQUENCE: 8,
  /** u16: bytes of the first text: the client, or the path of the controller. */
  TEXT: 12,
  /** u16: bytes of the second: faults that struck, a line each; or the name of the line. */
  MORE: 14,
  /** f64, ms */
  STARTED: 16,
  /** u32: line of an edge. */
  LINE: 24,
} as const;

/** Bytes of an edge's head. */
export const EDGE_BYTES = 28;

/** Places in the head of a transfer, behind those that all have. */
export const TRANSFER = {
  /** f64, ms */
  QUEUED: 24,
  /** f64, ms */
  WIRE: 32,
  /** f64, ns */
  STRETCHED: 40,
  /** u16 */
  ERRNO: 48,
  /** u16 */
  SEGMENTS: 50,
  /** u16 */
  ATTEMPTS: 52,
  /** u16: message of the NACK + 1, or 0. */
  NACK_MESSAGE: 54,
  /** u32: its byte + 1; 0 is the address. */
  NACK_BYTE: 56,
} as const;

/** Bytes of a transfer's head. */
export const TRANSFER_BYTES = 60;

/** Places in a segment, relative to its beginning; its kept bytes follow, sent ones first. */
export const SEGMENT = {
  /** u32: address (bit 31: ten-bit) or chip select. */
  TARGET: 0,
  /** u32: length + 1, or 0. */
  SENT: 4,
  /** u32 */
  SENT_KEPT: 8,
  /** u32: length + 1, or 0. */
  RECEIVED: 12,
  /** u32 */
  RECEIVED_KEPT: 16,
} as const;

export const SEGMENT_BYTES = 20;

/** Most bytes that are kept of one direction of a segment, of a text, and of a whole record. */
export const KEPT_BYTES = 4096;
export const TEXT_MAX = 1024;
export const RECORD_MAX = 32 * 1024;

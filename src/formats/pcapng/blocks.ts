/** Blocks of a capture file (draft-ietf-opsawg-pcapng), little-endian. */

/** What was on a wire at a time. */
export interface CapturedPacket {
  /** ms since 1970. */
  readonly atMs: number;
  readonly bytes: Uint8Array;
  /** How many bytes there were, where more than were kept. */
  readonly length: number;
}

export const BLOCK = { SECTION: 0x0a0d_0d0a, INTERFACE: 1, PACKET: 6 } as const;
export const BYTE_ORDER = 0x1a2b_3c4d;
export const OPTION = { END: 0, COMMENT: 1, NAME: 2, DESCRIPTION: 3, TIME_RESOLUTION: 9 } as const;
/** Longest comment: an option's length has 16 bits. */
const COMMENT_BYTES = 0xff00;

/** The head of a file. */
export function sectionBlock(): Uint8Array {
  const body = Buffer.alloc(16);
  body.writeUInt32LE(BYTE_ORDER, 0);
  body.writeUInt16LE(1, 4);
  // How long the section is nobody knows yet.
  body.writeBigInt64LE(-1n, 8);
  return block(BLOCK.SECTION, body);
}

/** A bus; packets name it by its place among those before. Times are in ns. */
export function interfaceBlock(linkType: number, name: string, description: string): Uint8Array {
  const body = Buffer.alloc(8);
  body.writeUInt16LE(linkType, 0);
  const options = [
    option(OPTION.NAME, Buffer.from(name)),
    option(OPTION.DESCRIPTION, Buffer.from(description)),
    option(OPTION.TIME_RESOLUTION, Uint8Array.of(9)),
    option(OPTION.END, new Uint8Array(0)),
  ];
  return block(BLOCK.INTERFACE, Buffer.concat([body, ...options]));
}

/** `comments`: what it means, in words. */
export function packetBlock(
  place: number,
  { atMs, bytes, length }: CapturedPacket,
  comments: readonly string[],
): Uint8Array {
  const body = Buffer.alloc(20);
  // A number holds ms since 1970 to a quarter of a microsecond: whole ones are written.
  const ns = BigInt(Math.round(atMs * 1000)) * 1000n;
  body.writeUInt32LE(place, 0);
  body.writeUInt32LE(Number(ns >> 32n), 4);
  body.writeUInt32LE(Number(ns & 0xffff_ffffn), 8);
  body.writeUInt32LE(bytes.length, 12);
  body.writeUInt32LE(length, 16);
  const texts = comments.map((text) => option(OPTION.COMMENT, Buffer.from(text).subarray(0, COMMENT_BYTES)));
  const options = texts.length === 0 ? [] : [...texts, option(OPTION.END, new Uint8Array(0))];
  return block(BLOCK.PACKET, Buffer.concat([body, filled(bytes), ...options]));
}

function block(type: number, body: Uint8Array): Uint8Array {
  const length = 12 + body.length;
  const bytes = Buffer.alloc(length);
  bytes.writeUInt32LE(type, 0);
  bytes.writeUInt32LE(length, 4);
  bytes.set(body, 8);
  bytes.writeUInt32LE(length, length - 4);
  return bytes;
}

function option(code: number, value: Uint8Array): Uint8Array {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(code, 0);
  head.writeUInt16LE(value.length, 2);
  return Buffer.concat([head, filled(value)]);
}

/** Up to a multiple of 4. */
function filled(bytes: Uint8Array): Uint8Array {
  const whole = Buffer.alloc((bytes.length + 3) & ~3);
  whole.set(bytes);
  return whole;
}

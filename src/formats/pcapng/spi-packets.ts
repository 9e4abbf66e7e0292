import type { TracedTransfer } from '../../trace/index.ts';
import type { CapturedPacket } from './blocks.ts';

/** The name by which Wireshark finds the dissector: that of `examples/wireshark/dtbus-spi.lua`. */
const DISSECTOR = 'dtbus_spi';
/** Tags of an exported PDU (Wireshark, epan/exported_pdu.h): its dissector, by name, and the end. */
const TAG = { DISSECTOR_NAME: 12, END: 0 } as const;

/** Bits of the flags: what a transfer has, and whether its message ends with it. */
export const FLAG = { SENT: 1, RECEIVED: 2, LAST: 4 } as const;
/** u8 version, u8 flags, u16 bus, u16 chip select, u16 place in its message, u32 bytes sent that follow. */
export const HEADER_BYTES = 12;
const VERSION = 1;

/**
 * The transfers of an SPI message, a packet each. There is no link type for SPI: each packet is an exported PDU that
 * names its dissector, then a header (big-endian), what was sent and what was received. The transfers share the time of
 * the message by their bytes.
 */
export function spiPackets(
  bus: number,
  { startedMs, queuedMs, wireMs, segments }: TracedTransfer,
): CapturedPacket[] {
  const lengths = segments.map(({ sent, received }) => Math.max(sent?.length ?? 0, received?.length ?? 0));
  const whole = Math.max(
    1,
    lengths.reduce((sum, length) => sum + length, 0),
  );
  let before = 0;
  return segments.map(({ target, sent, received }, index) => {
    const atMs = startedMs + queuedMs + (wireMs * before) / whole;
    before += lengths[index] as number;
    const header = new DataView(new ArrayBuffer(HEADER_BYTES));
    const flags =
      (sent === undefined ? 0 : FLAG.SENT) +
      (received === undefined ? 0 : FLAG.RECEIVED) +
      (index === segments.length - 1 ? FLAG.LAST : 0);
    header.setUint8(0, VERSION);
    header.setUint8(1, flags);
    header.setUint16(2, bus);
    header.setUint16(4, target);
    header.setUint16(6, index);
    header.setUint32(8, sent?.bytes.length ?? 0);
    const data = [sent?.bytes ?? EMPTY, received?.bytes ?? EMPTY];
    const bytes = Buffer.concat([TAGS, new Uint8Array(header.buffer), ...data]);
    const left = [sent, received].reduce(
      (sum, part) => sum + (part ? part.length - part.bytes.length : 0),
      0,
    );
    return { atMs, bytes, length: bytes.length + left };
  });
}

const EMPTY = new Uint8Array(0);

export const TAGS = Buffer.concat([tag(TAG.DISSECTOR_NAME, DISSECTOR), tag(TAG.END, '')]);

/** u16 tag, u16 length, both big-endian, and the value, filled up to a multiple of 4. */
function tag(number: number, value: string): Uint8Array {
  const bytes = Buffer.alloc(4 + ((value.length + 3) & ~3));
  bytes.writeUInt16BE(number, 0);
  bytes.writeUInt16BE(bytes.length - 4, 2);
  bytes.write(value, 4, 'latin1');
  return bytes;
}

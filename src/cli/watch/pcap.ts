import { I2C_M, type TracedTransfer } from '../../board/index.ts';

/** Linux I2C packets (tcpdump.org, "Link-layer header types"). */
const LINKTYPE_I2C_LINUX = 209;
/** Times in nanoseconds; version 2.4 (draft-ietf-opsawg-pcap). */
const MAGIC_NS = 0xa1b2_3c4d;
const SNAPLEN = 0x1_0000;

/** The header of a capture file. */
export function pcapHeader(): Uint8Array {
  const header = new DataView(new ArrayBuffer(24));
  header.setUint32(0, MAGIC_NS, true);
  header.setUint16(4, 2, true);
  header.setUint16(6, 4, true);
  header.setUint32(16, SNAPLEN, true);
  header.setUint32(20, LINKTYPE_I2C_LINUX, true);
  return new Uint8Array(header.buffer);
}

/**
 * The messages of an I2C transaction, a packet each: the bus's number, Linux's message flags (big-endian), the address as
 * it is on the wire, the data.
 */
export function pcapPackets(bus: number, { startedMs, segments, fault }: TracedTransfer): Uint8Array {
  const refused = fault === 'ENXIO' && segments.length === 1;
  return Buffer.concat(
    segments.map(({ target, tenBit, sent, received }) => {
      // After an address that was not acknowledged comes STOP: the data never was on the wire.
      const data = (refused ? undefined : (sent ?? received)) ?? { bytes: new Uint8Array(0), length: 0 };
      const read = sent === undefined ? 1 : 0;
      const address = tenBit
        ? Uint8Array.of(0xf0 | ((target >> 7) & 6) | read, target & 0xff)
        : Uint8Array.of((target << 1) | read);
      const flags = read * I2C_M.RD + (tenBit ? I2C_M.TEN : 0);
      const packet = Buffer.concat([Uint8Array.of(bus & 0x7f, 0, 0, 0, flags), address, data.bytes]);
      return Buffer.concat([
        recordHeader(startedMs, packet.length, packet.length - data.bytes.length + data.length),
        packet,
      ]);
    }),
  );
}

function recordHeader(ms: number, captured: number, length: number): Uint8Array {
  const header = new DataView(new ArrayBuffer(16));
  header.setUint32(0, Math.floor(ms / 1000), true);
  header.setUint32(4, Math.floor((ms % 1000) * 1e6), true);
  header.setUint32(8, captured, true);
  header.setUint32(12, length, true);
  return new Uint8Array(header.buffer);
}

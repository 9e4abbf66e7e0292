import { BLOCK, BYTE_ORDER, OPTION } from './blocks.ts';

/** A packet of a capture file, of either format. */
export interface ReadPacket {
  readonly linkType: number;
  /** The bus's name, where its interface has one. */
  readonly interfaceName: string | undefined;
  /** ns since 1970. */
  readonly atNs: bigint;
  readonly bytes: Uint8Array;
  /** How many bytes there were. */
  readonly length: number;
  readonly comments: readonly string[];
  /** Its place in the file, from 1. */
  readonly number: number;
}

/** What is wrong with a capture file: `packet 3: …`. */
export class CaptureError extends Error {}

/** Magic numbers of a pcap file as they stand there, with the ns of a unit of its fractions. */
const PCAP: Readonly<Record<number, { little: boolean; unitNs: bigint }>> = {
  3569595041: { little: true, unitNs: 1000n },
  1295823521: { little: true, unitNs: 1n },
  2712847316: { little: false, unitNs: 1000n },
  2712812621: { little: false, unitNs: 1n },
};
const PCAP_HEAD = 24;
const PCAP_PACKET = 16;
/** Most interfaces of a section. */
const INTERFACES_MAX = 1 << 16;
const SECOND_NS = 1_000_000_000n;

/** The packets of a pcap or pcapng file. @throws {CaptureError} */
export function* packetsOf(file: Uint8Array): Generator<ReadPacket> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const magic = file.length < 4 ? 0 : view.getUint32(0);
  const pcap = PCAP[magic];
  if (pcap !== undefined) yield* pcapPackets(view, pcap);
  else if (magic === BLOCK.SECTION) yield* pcapngPackets(view);
  else throw new CaptureError('not a capture file: expected pcap or pcapng');
}

function* pcapPackets(
  view: DataView,
  { little, unitNs }: { little: boolean; unitNs: bigint },
): Generator<ReadPacket> {
  if (view.byteLength < PCAP_HEAD) throw new CaptureError('the file is cut in its head');
  const linkType = view.getUint32(20, little) & 0xffff;
  let number = 0;
  for (let at = PCAP_HEAD; at < view.byteLength; ) {
    number++;
    if (at + PCAP_PACKET > view.byteLength) throw cut(number);
    const kept = view.getUint32(at + 8, little);
    if (kept > view.byteLength - at - PCAP_PACKET) throw cut(number);
    const seconds = BigInt(view.getUint32(at, little));
    yield {
      ...{ linkType, number, interfaceName: undefined, comments: [] },
      atNs: seconds * SECOND_NS + BigInt(view.getUint32(at + 4, little)) * unitNs,
      bytes: bytesAt(view, at + PCAP_PACKET, kept),
      length: view.getUint32(at + 12, little),
    };
    at += PCAP_PACKET + kept;
  }
}

interface Interface {
  readonly linkType: number;
  readonly name: string | undefined;
  /** ns = time * multiply / divide */
  readonly multiply: bigint;
  readonly divide: bigint;
}

function* pcapngPackets(view: DataView): Generator<ReadPacket> {
  let little = true;
  let number = 0;
  let interfaces: Interface[] = [];
  for (let at = 0; at < view.byteLength; ) {
    if (at + 12 > view.byteLength) throw cut(number + 1);
    const isSection = view.getUint32(at, little) === BLOCK.SECTION;
    if (isSection) little = view.getUint32(at + 8, true) === BYTE_ORDER;
    const length = view.getUint32(at + 4, little);
    if (length < 12 || length % 4 !== 0 || length > view.byteLength - at) throw cut(number + 1);
    const body = new DataView(view.buffer, view.byteOffset + at + 8, length - 12);
    const type = view.getUint32(at, little);
    if (isSection) interfaces = [];
    else if (type === BLOCK.INTERFACE) {
      if (interfaces.length === INTERFACES_MAX)
        throw new CaptureError(`more than ${INTERFACES_MAX} interfaces; write fewer into the file`);
      interfaces.push(interfaceOf(body, little));
    } else if (type === BLOCK.PACKET) yield packetOf(body, little, interfaces, ++number);
    at += length;
  }
}

function interfaceOf(body: DataView, little: boolean): Interface {
  if (body.byteLength < 8) throw new CaptureError('invalid block of an interface: it is too short');
  let name: string | undefined;
  // Without the option, times are in µs.
  let [multiply, divide] = [1000n, 1n];
  for (const { code, value } of optionsOf(body, 8, little)) {
    if (code === OPTION.NAME) name = Buffer.from(value).toString('utf8');
    const resolution = value[0] ?? 6;
    if (code !== OPTION.TIME_RESOLUTION) continue;
    const divisor = (resolution & 0x80) === 0 ? 10n ** BigInt(resolution) : 1n << BigInt(resolution & 0x7f);
    [multiply, divide] = [SECOND_NS, divisor];
  }
  return { linkType: body.getUint16(0, little), name, multiply, divide };
}

function packetOf(
  body: DataView,
  little: boolean,
  interfaces: readonly Interface[],
  number: number,
): ReadPacket {
  if (body.byteLength < 20) throw cut(number);
  const of = interfaces[body.getUint32(0, little)];
  if (of === undefined) throw new CaptureError(`packet ${number}: its interface is not described before it`);
  const kept = body.getUint32(12, little);
  if (kept > body.byteLength - 20) throw cut(number);
  const time = (BigInt(body.getUint32(4, little)) << 32n) | BigInt(body.getUint32(8, little));
  const comments: string[] = [];
  for (const { code, value } of optionsOf(body, 20 + ((kept + 3) & ~3), little))
    if (code === OPTION.COMMENT) comments.push(Buffer.from(value).toString('utf8'));
  return {
    ...{ number, comments, linkType: of.linkType, interfaceName: of.name },
    atNs: (time * of.multiply) / of.divide,
    bytes: bytesAt(body, 20, kept),
    length: body.getUint32(16, little),
  };
}

function* optionsOf(body: DataView, from: number, little: boolean) {
  for (let at = from; at + 4 <= body.byteLength; ) {
    const code = body.getUint16(at, little);
    const length = body.getUint16(at + 2, little);
    if (code === OPTION.END || length > body.byteLength - at - 4) return;
    yield { code, value: bytesAt(body, at + 4, length) };
    at += 4 + ((length + 3) & ~3);
  }
}

function bytesAt(view: DataView, at: number, length: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + at, length);
}

function cut(number: number): CaptureError {
  return new CaptureError(`packet ${number}: the file is cut there, or a length in it is wrong`);
}

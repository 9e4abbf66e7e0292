import { ERRNO, type Errno, I2C_M, type NackPlace } from '../../bus/index.ts';
import type { TracedSegment } from '../../trace/index.ts';
import {
  addMessage,
  type Captured,
  type CapturedEvent,
  FoundEvents,
  type FoundTransfer,
  foundTransfer,
} from '../captured.ts';
import { FoundBuses } from '../found-buses.ts';
import { LINKTYPE, NACK_COMMENT } from './capture.ts';
import { packetsOf, type ReadPacket } from './packets.ts';
import { FLAG, HEADER_BYTES, TAGS } from './spi-packets.ts';

/** How soon a read follows the write that it belongs to, where the file does not say it. */
const PAIR_NS = 1_000_000n;
/** Bus, flag and flags in front of an I2C packet (tcpdump.org, LINKTYPE_I2C_LINUX). */
const I2C_HEAD = 5;

/** The transfers of a capture file: Linux's I2C packets, and SPI as dtbus writes it. @throws {CaptureError} */
export function readCapture(file: Uint8Array): Captured {
  const reader = new PacketReader();
  for (const packet of packetsOf(file)) reader.add(packet);
  return reader.end();
}

/** A transaction whose packets come. */
interface Open {
  readonly bus: number;
  readonly atNs: bigint;
  lastNs: bigint;
  readonly segments: TracedSegment[];
  readonly isTold: boolean;
  fault: Errno | undefined;
  nack: NackPlace | undefined;
}

class PacketReader {
  readonly #buses = new FoundBuses();
  readonly #events = new FoundEvents();
  readonly #open = new Map<number, Open>();
  #began: bigint | undefined;
  #paired = 0;
  #other = 0;

  add(packet: ReadPacket): void {
    this.#began ??= packet.atNs;
    if (packet.linkType === LINKTYPE.i2c) this.#i2c(packet);
    else if (packet.linkType === LINKTYPE.spi) this.#spi(packet);
    else this.#other++;
  }

  end(): Captured {
    for (const bus of [...this.#open.keys()]) this.#close(bus);
    return {
      ...{ buses: this.#buses.all, board: undefined, events: this.#events.inOrder() },
      beganMs: this.#began === undefined ? undefined : Number(this.#began / 1000n) / 1000,
      notes: [
        ...(this.#other === 0
          ? []
          : [`${this.#other} packets are neither I2C nor SPI; they were passed over`]),
        ...(this.#paired === 0
          ? []
          : [
              `${this.#paired} reads follow a write to the same address within 1 ms; each pair was taken for one transaction, since the file does not say it`,
            ]),
      ],
    };
  }

  #i2c(packet: ReadPacket): void {
    const { bytes, comments, atNs, length } = packet;
    const [bus = 0, , , high = 0, low = 0] = bytes;
    // Bit 7 of the first byte: an event of the bus, and no message.
    if (bytes.length <= I2C_HEAD || (bus & 0x80) !== 0) {
      this.#other++;
      return;
    }
    const place = this.#buses.placeOf('i2c', bus & 0x7f);
    const flags = (high << 8) | low;
    const segment = segmentOf(bytes, flags, length);
    const open = this.#open.get(place);
    const [comment] = comments.filter((text) => !text.startsWith(NACK_COMMENT));
    if (open === undefined || !this.#belongs(open, segment, atNs, comment)) {
      this.#close(place);
      const fault = faultOf(comment);
      const begun: Open = {
        bus: place,
        atNs,
        lastNs: atNs,
        segments: [segment],
        isTold: comment !== undefined,
        fault,
        nack: undefined,
      };
      this.#open.set(place, begun);
    } else {
      addMessage(open.segments, segment);
      open.lastNs = atNs;
    }
    const now = this.#open.get(place) as Open;
    now.nack ??= nackOf(comments, now.segments.length - 1);
  }

  /** Every first packet of dtbus's own has a comment; those of others have none. */
  #belongs(open: Open, segment: TracedSegment, atNs: bigint, comment: string | undefined): boolean {
    if (open.isTold) return comment === undefined;
    const [first] = open.segments;
    const isPair =
      comment === undefined &&
      open.segments.length === 1 &&
      first?.sent !== undefined &&
      segment.received !== undefined &&
      first.target === segment.target &&
      atNs - open.lastNs <= PAIR_NS;
    if (isPair) this.#paired++;
    return isPair;
  }

  #spi({ bytes, atNs, length, comments }: ReadPacket): void {
    const head = TAGS.length;
    if (bytes.length < head + HEADER_BYTES || Buffer.compare(bytes.subarray(0, head), TAGS) !== 0) {
      this.#other++;
      return;
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset + head);
    const flags = view.getUint8(1);
    const place = this.#buses.placeOf('spi', view.getUint16(2));
    const sentKept = Math.min(view.getUint32(8), bytes.length - head - HEADER_BYTES);
    const data = bytes.subarray(head + HEADER_BYTES);
    // What was cut was cut of the last direction that there is.
    const cut = Math.max(0, length - bytes.length);
    const hasReceived = (flags & FLAG.RECEIVED) !== 0;
    const part = (kept: Uint8Array, more: number) => ({ bytes: kept, length: kept.length + more });
    const segment: TracedSegment = {
      ...{ target: view.getUint16(4), tenBit: false },
      sent: (flags & FLAG.SENT) === 0 ? undefined : part(data.subarray(0, sentKept), hasReceived ? 0 : cut),
      received: hasReceived ? part(data.subarray(sentKept), cut) : undefined,
    };
    if (view.getUint16(6) === 0) this.#close(place);
    const open = this.#open.get(place) ?? {
      ...{ bus: place, atNs, lastNs: atNs, segments: [], isTold: true, nack: undefined },
      fault: faultOf(comments[0]),
    };
    addMessage(open.segments, segment);
    this.#open.set(place, open);
    if ((flags & FLAG.LAST) !== 0) this.#close(place);
  }

  #close(place: number): void {
    const open = this.#open.get(place);
    if (open === undefined) return;
    this.#open.delete(place);
    const { bus, segments, fault, nack } = open;
    const found: FoundTransfer = { bus, segments, fault, ...(nack !== undefined && { nack }) };
    const atNs = Number(open.atNs - (this.#began ?? 0n));
    const { what } = foundTransfer(found, atNs);
    const startedMs = Number(open.atNs / 1000n) / 1000;
    this.#events.add({ atNs, what: { ...what, startedMs } as CapturedEvent['what'] });
  }
}

function segmentOf(bytes: Uint8Array, flags: number, length: number): TracedSegment {
  const tenBit = (flags & I2C_M.TEN) !== 0;
  const [first = 0, second = 0] = bytes.subarray(I2C_HEAD);
  const from = I2C_HEAD + (tenBit ? 2 : 1);
  const data = { bytes: bytes.subarray(from), length: Math.max(0, length - from) };
  const isRead = (flags & I2C_M.RD) !== 0 || (!tenBit && (first & 1) === 1);
  return {
    ...{ tenBit, target: tenBit ? ((first & 6) << 7) | second : first >> 1 },
    ...{ sent: isRead ? undefined : data, received: isRead ? data : undefined },
  };
}

/** `ENXIO: temp@48: …` */
function faultOf(comment: string | undefined): Errno | undefined {
  const [, name = ''] = /^(E[A-Z]+): /.exec(comment ?? '') ?? [];
  return Object.hasOwn(ERRNO, name) ? (name as Errno) : undefined;
}

function nackOf(comments: readonly string[], message: number): NackPlace | undefined {
  const text = comments.find((each) => each.startsWith(NACK_COMMENT));
  if (text === undefined) return undefined;
  const [, byte] = /byte (\d{1,9})$/.exec(text) ?? [];
  return { message, byte: byte === undefined ? -1 : Number(byte) };
}

/**
 * What travels between a user of a bus and the host that owns its wire: whole bus requests over any stream of bytes both
 * ways. A frame is its length (u32, without itself), its kind (u8), and the fields of that kind. Everything is declared here,
 * once, and both ends read and write by it.
 */
import {
  amount,
  bool,
  bytes,
  type Field,
  FrameReader,
  type FrameWriter,
  list,
  malformed,
  maybe,
  record,
  text,
  u8,
  u16,
  u32,
  type Values,
} from './fields.ts';
import { tracedBoard } from './traces/traced-board.ts';

/** Of everything below: hosts and users with another one part with a sentence. */
export const VERSION = 4;
/** What a stream begins with: a stranger is known at once. */
export const MAGIC = 0x62_75_74_64;
/** Longest frame, in bytes behind its length; the first one, of somebody who has not said yet who he is. */
export const FRAME_MAX = 1 << 20;
export const HELLO_MAX = 8192;
/** Requests of one session that were sent and not answered yet. */
export const IN_FLIGHT_MAX = 64;
/** Messages of an I2C transaction, transfers of an SPI message. */
export const SEGMENTS_MAX = 4096;

const BUSES_MAX = 256;
const LEASES_MAX = 1024;
const LINES_MAX = 1024;
/** Names that a watcher may give. */
const NAMES_MAX = 256;
/** Paths that they may mean. */
const PATHS_MAX = 4096;

/** An I2C message. `length`: of what is read, or of the buffer behind a counted block; bytes of a write are `data`. */
const i2cMessage = record({ addr: u16, flags: u16, length: u32, data: bytes });

/** An SPI transfer. `rxLength`: undefined where nothing is received. */
const spiTransfer = record({
  tx: maybe(bytes),
  rxLength: maybe(u32),
  speedHz: u32,
  bitsPerWord: u8,
  csChange: bool,
  txNbits: u8,
  rxNbits: u8,
  wordDelayNs: u32,
  csSetupNs: u32,
  csHoldNs: u32,
  csInactiveNs: u32,
});

const spiCapabilities = record({
  chipSelects: u16,
  modes: u32,
  bitsPerWordMask: u32,
  maxSpeedHz: u32,
  maxWordDelayNs: amount,
  maxCsSetupNs: amount,
  maxCsHoldNs: amount,
  maxCsInactiveNs: amount,
  maxWriteLength: maybe(u32),
  maxReadLength: maybe(u32),
  fullDuplex: bool,
});

/** A bus of the host, or a controller of GPIO lines. */
const sharedBus = record({
  /** `i2c-1`, `spi-0`, `gpio-0` */
  name: text,
  number: u16,
  /** Of its node there. */
  path: text,
  /** What carries it: `Bus Pirate v3.5 on /dev/ttyUSB0`. */
  host: text,
  /** How long it may wait for its parts before a transfer begins, in ms. */
  startupMs: u32,
  /** One of the three. */
  i2c: maybe(record({ functionality: u32, maxMessageLength: maybe(u32) })),
  spi: maybe(spiCapabilities),
  /** A name a line, empty for one without. */
  lines: maybe(list(text, LINES_MAX)),
});

/** Why something failed, as `BusFault` has it. */
const fault = record({
  /** Linux's number. */
  errno: u16,
  sentence: text,
  reason: maybe(text),
  /** The message that was not acknowledged, and its byte + 1: 0 is the address. */
  nack: maybe(record({ message: u16, byte: u32 })),
});

/** A lease as others see it. Times are from now, in ms: clocks of two machines are not compared. */
const leaseReport = record({
  buses: list(text, BUSES_MAX),
  who: text,
  why: text,
  fence: amount,
  /** Since when. */
  ageMs: amount,
  /** Until it ends if nobody renews it. */
  leftMs: amount,
  /** Since its last transfer. */
  idleMs: amount,
  transfers: u32,
});

/** One who waits for a lease; the first is the next. */
const waiting = record({
  buses: list(text, BUSES_MAX),
  who: text,
  why: text,
  priority: u8,
  waitedMs: amount,
});

/** Kinds of frames that a user sends. `id`: a number of the user's, which the answer repeats. */
export const ASKED = {
  /** The first. `session`: a random name by which results are kept; `lease`: one to take part in, or empty. */
  hello: [1, record({ magic: u32, version: u16, session: text, who: text, token: text, lease: text })],
  /** One I2C transaction. `leftNs`: how long the user still waits. */
  i2c: [
    2,
    record({ id: amount, bus: u16, fence: amount, leftNs: amount, messages: list(i2cMessage, SEGMENTS_MAX) }),
  ],
  /** One SPI message. `continues`: it goes on with one that was left selected. */
  spi: [
    3,
    record({
      continues: bool,
      id: amount,
      bus: u16,
      fence: amount,
      leftNs: amount,
      chipSelect: u16,
      mode: u32,
      transfers: list(spiTransfer, SEGMENTS_MAX),
    }),
  ],
  /** Ends an SPI message that was left selected. */
  deselect: [4, record({ id: amount, bus: u16, fence: amount, leftNs: amount })],
  /** The user waits no longer for a request: one that has not reached the wire does not any more. */
  cancel: [5, record({ id: amount })],
  /** Asks for a lease of buses by their names. `wait`: see `WAIT`. */
  acquire: [
    6,
    record({
      id: amount,
      buses: list(text, BUSES_MAX),
      why: text,
      ttlMs: u32,
      idleMs: u32,
      graceMs: u32,
      priority: u8,
      wait: u8,
      steal: bool,
      restore: bool,
    }),
  ],
  /** Tells that the user is alive. */
  renew: [7, record({ fence: amount })],
  release: [8, record({ id: amount, fence: amount })],
  /** Asks for the list of leases and of those who wait. */
  list: [9, record({ id: amount })],
  /** Does something to a GPIO line; `action`: one of `LINE_ACTION`. */
  line: [10, record({ id: amount, bus: u16, fence: amount, leftNs: amount, line: u16, action: u8 })],
  /** Asks to be told what happens: transfers to these parts, and all of these buses; neither: everything. No lease is needed. */
  watch: [11, record({ id: amount, parts: list(text, NAMES_MAX), buses: list(text, NAMES_MAX) })],
} as const;

/** Kinds of frames that the host sends. */
export const TOLD = {
  /**
   * The answer to `hello`: it was accepted. `fence` and `ttlMs` of the lease that it has part in, or 0. `nowNs`: by the
   * host's monotonic clock, as in `granted` and `edge`.
   */
  welcome: [
    65,
    record({
      version: u16,
      host: text,
      fence: amount,
      ttlMs: amount,
      nowNs: amount,
      buses: list(sharedBus, BUSES_MAX),
    }),
  ],
  /** A request has ended: `received` are the bytes of what was read, in order. Times on the host. */
  done: [
    66,
    record({
      id: amount,
      fault: maybe(fault),
      received: list(bytes, SEGMENTS_MAX),
      queuedNs: amount,
      wireNs: amount,
    }),
  ],
  /** A lease is this session's; `lease`: its name, by which other sessions take part in it. */
  granted: [67, record({ id: amount, fence: amount, lease: text, leftMs: amount, nowNs: amount })],
  /** The place of one who waits for a lease, from 1, and who has it. */
  queued: [68, record({ id: amount, place: u16, holder: text, leftMs: amount })],
  /** A lease has ended before its user let it go. */
  lost: [69, record({ fence: amount, reason: text })],
  leases: [
    70,
    record({ id: amount, leases: list(leaseReport, LEASES_MAX), queue: list(waiting, LEASES_MAX) }),
  ],
  /** A GPIO line that this session watches has changed. `lost`: edges before it that the session was too slow for. */
  edge: [72, record({ bus: u16, line: u16, high: bool, atNs: amount, lost: u32 })],
  /**
   * The answer to `watch`: what records are of. `run`: a name of the host's run; `sequence`: of the last event before the
   * first that is told; `only`: paths of what is told, where that is not all.
   */
  watching: [
    73,
    record({ id: amount, board: tracedBoard, run: text, sequence: u32, only: maybe(list(text, PATHS_MAX)) }),
  ],
  /** Whole records of a trace, as its ring has them. `lost`: events behind them that the watcher was too slow for. */
  happened: [74, record({ records: bytes, lost: amount })],
  /** The last frame: the host ends the stream. */
  refused: [71, record({ fault })],
} as const;

/** What a user does to a line, as `LineController` has it. `GET`, `INPUT` and `WATCH` answer its level now: one byte. */
export const LINE_ACTION = { GET: 0, INPUT: 1, LOW: 2, HIGH: 3, RELEASE: 4, WATCH: 5, UNWATCH: 6 } as const;

/** What `acquire` does where a bus is leased already: fails at once, waits for the end of a lease whose user has gone, waits. */
export const WAIT = { NO: 0, GONE: 1, YES: 2 } as const;

type Kinds = Readonly<Record<string, readonly [number, Field<unknown>]>>;
type FrameOf<Of extends Kinds> = {
  [Kind in keyof Of]: { readonly kind: Kind } & Values<{ body: Of[Kind][1] }>['body'];
}[keyof Of];

/** A frame of a user, and one of a host. */
export type AskedFrame = FrameOf<typeof ASKED>;
export type ToldFrame = FrameOf<typeof TOLD>;
export type Asked<Kind extends keyof typeof ASKED> = Extract<AskedFrame, { readonly kind: Kind }>;
export type Told<Kind extends keyof typeof TOLD> = Extract<ToldFrame, { readonly kind: Kind }>;

const FORMS: Kinds = { ...ASKED, ...TOLD } as unknown as Kinds;

/**
 * Writes a frame behind what was written, its length in front.
 * @throws {BusFault} `EPROTO` it is longer than `FRAME_MAX`, or a list is: then nothing of it is written
 */
export function putFrame(writer: FrameWriter, frame: AskedFrame | ToldFrame): void {
  const [number, body] = FORMS[frame.kind] as readonly [number, Field<unknown>];
  const at = writer.room(4);
  try {
    u8.put(writer, number);
    body.put(writer, frame);
    const length = writer.length - at - 4;
    if (length > FRAME_MAX) throw malformed(`${length} bytes: expected at most ${FRAME_MAX}`);
    writer.bytes.writeUInt32LE(length, at);
  } catch (thrown) {
    writer.restart(at);
    throw thrown;
  }
}

type Decode<Frame> = (bytes: Buffer) => Frame;

/** Reads what one of the two ends says. */
function decoderOf<Frame>(kinds: Kinds): Decode<Frame> {
  const byNumber = new Map(Object.entries(kinds).map(([kind, [number, body]]) => [number, { kind, body }]));
  return (frame) => {
    const reader = new FrameReader(frame);
    const number = u8.take(reader);
    const form = byNumber.get(number);
    if (form === undefined) throw malformed(`kind ${number} is not known in version ${VERSION}`);
    const values = form.body.take(reader) as { kind?: string };
    reader.end();
    values.kind = form.kind;
    return values as Frame;
  };
}

/** A frame of a user, without its length. Bytes in it are views. @throws {BusFault} `EPROTO` */
export const decodeAsked: Decode<AskedFrame> = decoderOf(ASKED as unknown as Kinds);
/** A frame of a host. @throws {BusFault} `EPROTO` */
export const decodeTold: Decode<ToldFrame> = decoderOf(TOLD as unknown as Kinds);

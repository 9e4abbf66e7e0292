import { BusFault } from '../../src/bus/index.ts';
import {
  allOrNone,
  breakable,
  type ControlRequest,
  REQUEST_TYPE,
  type UsbConnection,
  type UsbOpener,
} from '../../src/usb/index.ts';
import { Turns } from '../pins/index.ts';
import { UsbSession } from '../usb/index.ts';
import {
  BITMODE,
  endpointsOf,
  indexOf,
  MPSSE,
  PACKET_BYTES,
  PACKET_DATA,
  payloadLength,
  payloadOf,
  REQUEST,
  RESET,
  STATUS_BYTES,
} from './protocol.ts';

const NOTHING = new Uint8Array(0);
/** ms; answers that fill no packet are asked for at once, so this is for lost ones only. */
const LATENCY_MS = 16;
/** Commands that no chip knows, each of which it answers. */
const UNKNOWN = [0xaa, 0xab] as const;
const ECHO = UNKNOWN.flatMap((command) => [MPSSE.BAD_COMMAND, command]);
/** Answers that one transfer waits for, and so many of those at once. */
const READ_MAX = 0x1_0000;
const READS = 2;
/** So many transfers bring the echo, whatever was left of earlier answers. */
const ECHO_TRIES = 200;

/** A channel of the chip, with its engine. */
export class FtdiConnection {
  readonly #session: UsbSession;
  readonly #channel: number;
  /** A command was broken off: answers may be due, and the engine may wait for the rest of it. */
  #unclean = false;
  /** Counts how often the engine was set up: what it was told before it has forgotten. */
  generation = 0;

  /** Its buses and its lines take turns. */
  readonly turns = new Turns();
  /** Commands that bring pins back to what they were, behind a set-up. */
  restore: () => readonly number[] = () => [];

  /** @param name what it is called until it is open */
  constructor(name: string, channel: number, open: UsbOpener) {
    this.#session = new UsbSession(name, open, endpointsOf(channel));
    this.#channel = channel;
  }

  get description(): string {
    return this.#session.description;
  }

  /** @throws {BusFault} as the opener, `EPROTO` no engine answers */
  async open(): Promise<void> {
    await this.#session.open((usb) => this.#setUp(usb, undefined));
  }

  async close(): Promise<void> {
    await this.#session.close();
  }

  /** Brings the engine into step, where something was broken off. @throws {BusFault} */
  async prepare(signal: AbortSignal | undefined): Promise<void> {
    if (this.#unclean) await this.#setUp(this.#session.usb, signal);
  }

  /** Sends commands. @returns the `due` bytes that they are answered with. @throws {BusFault} */
  async run(commands: Uint8Array, due: number, signal: AbortSignal | undefined): Promise<Uint8Array> {
    const answer = new Uint8Array(due);
    await this.runAll([[commands]], [answer], signal);
    return answer;
  }

  /**
   * Sends commands, those of each run in one transfer; the next one goes out while the answers to the last are read.
   * @param into what all answers fill @throws {BusFault}
   */
  async runAll(
    runs: Iterable<readonly Uint8Array[]>,
    into: readonly Uint8Array[],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { usb } = this.#session;
    this.#unclean = true;
    await breakable(signal, (broken) => {
      const sent = this.#write(usb, runs, broken.signal);
      return allOrNone(broken, [this.#read(usb, into, broken.signal), sent]);
    });
    this.#unclean = false;
  }

  async #write(
    usb: UsbConnection,
    runs: Iterable<readonly Uint8Array[]>,
    signal: AbortSignal,
  ): Promise<void> {
    for (const commands of runs) {
      const sent = commands.length === 1 ? (commands[0] as Uint8Array) : Buffer.concat(commands);
      await usb.out(endpointsOf(this.#channel).OUT, sent, signal);
    }
  }

  async #read(
    usb: UsbConnection,
    into: readonly Uint8Array[],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const answer = new Answer(into);
    while (answer.left > 0) {
      const { left } = answer;
      const length = Math.ceil(Math.min(left, READ_MAX) / PACKET_DATA) * PACKET_BYTES;
      const count = Math.min(READS, Math.ceil(left / READ_MAX));
      const take = (data: Uint8Array, received: number): void => answer.take(data, received);
      await usb.inEach(endpointsOf(this.#channel).IN, length, count, take, signal);
      if (answer.left < 0)
        throw new BusFault('EPROTO', `${this.description} answered ${left - answer.left} bytes, not ${left}`);
    }
  }

  /** Resets the engine, forgets what it had to say, and makes sure that it is there. */
  async #setUp(usb: UsbConnection, signal: AbortSignal | undefined): Promise<void> {
    // The device takes them in their order.
    const requests = [
      [REQUEST.RESET, RESET.ALL],
      [REQUEST.SET_LATENCY, LATENCY_MS],
      [REQUEST.SET_BITMODE, BITMODE.RESET << 8],
      [REQUEST.RESET, RESET.PURGE_IN],
      [REQUEST.RESET, RESET.PURGE_OUT],
      [REQUEST.SET_BITMODE, BITMODE.MPSSE << 8],
    ] as const;
    await breakable(signal, (broken) =>
      allOrNone(
        broken,
        requests.map(([request, value]) =>
          usb.controlOut(this.#vendor(request, value), NOTHING, broken.signal),
        ),
      ),
    );
    const commands = Uint8Array.of(
      ...UNKNOWN,
      MPSSE.LOOPBACK_OFF,
      MPSSE.BASE_60_MHZ,
      MPSSE.ADAPTIVE_OFF,
      ...this.restore(),
      MPSSE.SEND_NOW,
    );
    await breakable(signal, (broken) =>
      allOrNone(broken, [
        usb.out(endpointsOf(this.#channel).OUT, commands, broken.signal),
        this.#awaitEcho(usb, broken.signal),
      ]),
    );
    this.generation++;
    this.#unclean = false;
  }

  async #awaitEcho(usb: UsbConnection, signal: AbortSignal | undefined): Promise<void> {
    let heard: number[] = [];
    for (let tries = 0; tries < ECHO_TRIES; tries++) {
      const part = payloadOf(await usb.in(endpointsOf(this.#channel).IN, PACKET_BYTES, signal));
      heard = [...heard, ...part].slice(-ECHO.length);
      if (heard.length === ECHO.length && ECHO.every((byte, i) => byte === heard[i])) return;
    }
    throw new BusFault('EPROTO', `no MPSSE found: ${usb.description} does not answer its commands`);
  }

  #vendor(request: number, value: number): ControlRequest {
    return {
      requestType: REQUEST_TYPE.VENDOR | REQUEST_TYPE.DEVICE,
      request,
      value,
      index: indexOf(this.#channel),
    };
  }
}

/** Places for an answer that comes in parts. */
class Answer {
  readonly #places: readonly Uint8Array[];
  /** The place that is filled now, and how far it is. */
  #place = 0;
  #filled = 0;
  /** Bytes that have not come; below 0: so many came that nobody asked for. */
  left: number;

  constructor(places: readonly Uint8Array[]) {
    this.#places = places;
    this.left = places.reduce((sum, { length }) => sum + length, 0);
  }

  /** Takes what packets carry, which is moved together there; none where more came than was left. */
  take(packets: Uint8Array, length: number): void {
    const came = payloadLength(length);
    this.left -= came;
    if (this.left < 0) return;
    // Parts of a `Buffer` are made by Node in JavaScript, which V8 would begin to compile.
    const bytes = new Uint8Array(packets.buffer, packets.byteOffset, length);
    let end = 0;
    // Without an object for each of thousands.
    for (let at = STATUS_BYTES; at < length; at += PACKET_BYTES, end += PACKET_DATA)
      bytes.copyWithin(end, at, at + PACKET_DATA);
    this.#put(bytes.subarray(0, came));
  }

  /** What fills a place, and may begin others. */
  #put(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const place = this.#places[this.#place] as Uint8Array;
      const room = place.length - this.#filled;
      const part = at === 0 && bytes.length <= room ? bytes : bytes.subarray(at, at + room);
      place.set(part, this.#filled);
      at += part.length;
      this.#filled += part.length;
      if (this.#filled < place.length) continue;
      this.#place++;
      this.#filled = 0;
    }
  }
}

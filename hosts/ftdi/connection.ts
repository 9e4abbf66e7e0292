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
  payloadOf,
  REQUEST,
  RESET,
} from './protocol.ts';

const NOTHING = new Uint8Array(0);
/** ms; answers that fill no packet are asked for at once, so this is for lost ones only. */
const LATENCY_MS = 16;
/** Commands that no chip knows, each of which it answers. */
const UNKNOWN = [0xaa, 0xab] as const;
const ECHO = UNKNOWN.flatMap((command) => [MPSSE.BAD_COMMAND, command]);
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
    const { usb } = this.#session;
    this.#unclean = true;
    const answer = await breakable(signal, async (broken) => {
      const out = usb.out(endpointsOf(this.#channel).OUT, commands, broken.signal);
      const read = due === 0 ? Promise.resolve(NOTHING) : this.#read(usb, due, broken.signal);
      return (await allOrNone(broken, [read, out]))[0];
    });
    this.#unclean = false;
    return answer;
  }

  async #read(usb: UsbConnection, due: number, signal: AbortSignal | undefined): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for (let left = due; left > 0; ) {
      const length = Math.ceil(left / PACKET_DATA) * PACKET_BYTES;
      const part = payloadOf(await usb.in(endpointsOf(this.#channel).IN, length, signal));
      if (part.length > left)
        throw new BusFault('EPROTO', `${this.description} answered ${part.length} bytes, not ${left}`);
      parts.push(part);
      left -= part.length;
    }
    return parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts);
  }

  /** Resets the engine, forgets what it had to say, and makes sure that it is there. */
  async #setUp(usb: UsbConnection, signal: AbortSignal | undefined): Promise<void> {
    const tell = (request: number, value: number): Promise<void> =>
      usb.controlOut(this.#vendor(request, value), NOTHING, signal);
    await tell(REQUEST.RESET, RESET.ALL);
    await tell(REQUEST.SET_LATENCY, LATENCY_MS);
    await tell(REQUEST.SET_BITMODE, BITMODE.RESET << 8);
    await tell(REQUEST.RESET, RESET.PURGE_IN);
    await tell(REQUEST.RESET, RESET.PURGE_OUT);
    await tell(REQUEST.SET_BITMODE, BITMODE.MPSSE << 8);
    await usb.out(
      endpointsOf(this.#channel).OUT,
      Uint8Array.of(
        ...UNKNOWN,
        MPSSE.LOOPBACK_OFF,
        MPSSE.BASE_60_MHZ,
        MPSSE.ADAPTIVE_OFF,
        ...this.restore(),
        MPSSE.SEND_NOW,
      ),
      signal,
    );
    await this.#awaitEcho(usb, signal);
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

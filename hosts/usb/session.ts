import { BusFault, hexByte } from '../../src/bus/index.ts';
import type { UsbConnection, UsbOpener } from '../../src/usb/index.ts';
import { allOrNone, breakable } from './together.ts';

/** After a transfer was broken off: answers that are still due come within this time. */
const SETTLE_MS = 100;

/** So often the answer to a question may stay away for `SETTLE_MS`. */
const SILENCES_MAX = 20;

/** No transfer leaves so many answers due: a device that sends more sends without end. */
const DUE_MAX = 4096;

/** Numbers of a pair of endpoints. */
export interface EndpointPair {
  readonly OUT: number;
  readonly IN: number;
}

/** The USB device of an adapter over its whole life: it is opened, lost, and opened again. */
export class UsbSession {
  readonly #open: UsbOpener;
  readonly #name: string;
  #usb: UsbConnection | undefined;

  readonly #endpoints: EndpointPair | undefined;

  /** @param name what it is called until it is open @param endpoints those that it must have, beside endpoint 0 */
  constructor(name: string, open: UsbOpener, endpoints?: EndpointPair) {
    this.#name = name;
    this.#open = open;
    this.#endpoints = endpoints;
  }

  /** One phrase for a person. */
  get description(): string {
    return this.#usb?.description ?? this.#name;
  }

  get isOpen(): boolean {
    return this.#usb !== undefined;
  }

  /** @throws {BusFault} `ENODEV` it is not open */
  get usb(): UsbConnection {
    if (this.#usb !== undefined) return this.#usb;
    throw new BusFault('ENODEV', `${this.description} is not open`);
  }

  /**
   * Opens the device, after a loss too. @param greet sets it up, and throws where it is another than its ids say: it is
   * then let go. @throws {BusFault} as the opener, and what `greet` throws
   */
  async open(greet?: (usb: UsbConnection) => Promise<void>): Promise<void> {
    await this.close();
    const usb = await this.#open();
    try {
      this.#check(usb);
      await greet?.(usb);
    } catch (error) {
      await usb.close();
      throw error;
    }
    this.#usb = usb;
  }

  /** @throws {BusFault} `EPROTO` its descriptors are those of another device */
  #check({ description, endpoints }: UsbConnection): void {
    if (this.#endpoints === undefined) return;
    for (const each of [this.#endpoints.OUT, this.#endpoints.IN])
      if (!endpoints.includes(each))
        throw new BusFault(
          'EPROTO',
          `no ${this.#name} found: ${description} has its ids, but no endpoint ${hexByte(each)}`,
        );
  }

  /** Lets go of the device. Never fails. */
  async close(): Promise<void> {
    const usb = this.#usb;
    this.#usb = undefined;
    await usb?.close();
  }
}

/** Sends `sent` and takes the answer, of `length` bytes at most. @throws {BusFault} */
export async function exchange(
  usb: UsbConnection,
  endpoint: EndpointPair,
  sent: Uint8Array,
  length: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const [answer] = await breakable(signal, (broken) =>
    allOrNone(broken, [
      usb.in(endpoint.IN, length, broken.signal),
      usb.out(endpoint.OUT, sent, broken.signal),
    ]),
  );
  return answer;
}

/** @returns an answer that is still due after a transfer was broken off; undefined: none came within 100 ms. @throws {BusFault} as `isQuiet` */
async function answerDue(
  usb: UsbConnection,
  endpoint: number,
  length: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array | undefined> {
  if (signal?.aborted) throw new BusFault('ETIMEDOUT');
  try {
    return await usb.in(endpoint, length, AbortSignal.timeout(SETTLE_MS));
  } catch (error) {
    if (error instanceof BusFault && error.code === 'ETIMEDOUT') return undefined;
    throw error;
  }
}

/**
 * Takes one answer that is still due after a transfer was broken off. @returns whether there was none within 100 ms.
 * @throws {BusFault} `ETIMEDOUT` the new transfer was broken off too
 */
export async function isQuiet(
  usb: UsbConnection,
  endpoint: number,
  length: number,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  return (await answerDue(usb, endpoint, length, signal)) === undefined;
}

/**
 * Takes all answers that are still due after a transfer was broken off.
 * @param isLast knows the answer to a question that was asked meanwhile, and behind which nothing is due: without it, a device or a
 * machine that is late would be taken for one that has nothing to say
 * @throws {BusFault} see `isQuiet`, `EPROTO` they do not end, `ETIMEDOUT` the last one does not come
 */
export async function untilQuiet(
  usb: UsbConnection,
  endpoint: number,
  length: number,
  signal: AbortSignal | undefined,
  isLast?: (answer: Uint8Array) => boolean,
): Promise<void> {
  let isOver = isLast === undefined;
  let silences = 0;
  for (let answers = 0; answers < DUE_MAX; answers++) {
    const answer = await answerDue(usb, endpoint, length, signal);
    if (answer !== undefined) isOver ||= isLast?.(answer) === true;
    else if (isOver) return;
    else if (++silences === SILENCES_MAX)
      throw new BusFault('ETIMEDOUT', `${usb.description} does not answer: unplug it, plug it in again`);
  }
  throw endlessFault(usb);
}

/** Of a device that sends what nobody asked for, and does not end. */
export function endlessFault({ description }: UsbConnection): BusFault {
  return new BusFault('EPROTO', `${description} sends without being asked: unplug it, plug it in again`);
}

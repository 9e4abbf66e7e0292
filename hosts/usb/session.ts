import { BusFault, hexByte } from '../../src/bus/index.ts';
import { allOrNone, breakable, type UsbConnection, type UsbOpener } from '../../src/usb/index.ts';
import type { Answers, Mark } from './until-quiet.ts';

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

/** Sends `sent` and takes the answer, of `length` bytes at most. @param mark what is asked so @throws {BusFault} */
export async function exchange(
  usb: UsbConnection,
  endpoint: EndpointPair,
  sent: Uint8Array,
  length: number,
  signal: AbortSignal | undefined,
  mark?: Mark,
): Promise<Uint8Array> {
  const [answer] = await breakable(signal, (broken) => {
    const read = usb.in(endpoint.IN, length, broken.signal);
    const out = usb.out(endpoint.OUT, sent, broken.signal);
    return allOrNone(broken, [read, mark?.asked(out) ?? out]);
  });
  mark?.hears(answer);
  return answer;
}

/** What comes on an endpoint, in answers of `length` bytes at most. */
export function answersOn(usb: UsbConnection, endpoint: EndpointPair, length: number): Answers {
  const { description } = usb;
  return { description, take: (signal) => usb.in(endpoint.IN, length, signal) };
}

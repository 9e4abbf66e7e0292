import { BusFault } from '../../src/bus/index.ts';
import type { UsbConnection } from '../../src/usb/index.ts';
import { aborted, unlessAborted } from '../link/index.ts';
import { endlessFault } from './session.ts';

/** How long nothing has to come before nothing is due any more. */
const SETTLE_MS = 100;
/** Reports that wait to be taken: a device that sends more is not listened to until some were. */
const UNREAD_MAX = 512;
/** No transfer leaves so many reports due. */
const DUE_MAX = 256;

/**
 * What a device sends on an endpoint, taken as it comes: an answer that comes twice, or late, has then arrived before the
 * next question is asked, and is dropped by `clear`, where it would be taken for the next answer.
 */
export class InputReports {
  readonly #usb: UsbConnection;
  readonly #endpoint: number;
  readonly #length: number;
  #reports: Uint8Array[] = [];
  #error: unknown;
  readonly #ahead: number;
  /** Transfers under way. */
  #asked = 0;
  /** Called when something has come. */
  #wake: () => void = () => {};

  /**
   * @param length of the longest report, a multiple of the endpoint's packet size
   * @param ahead how many are asked for at once
   */
  constructor(usb: UsbConnection, endpoint: number, length: number, ahead = 1) {
    this.#ahead = ahead;
    this.#usb = usb;
    this.#endpoint = endpoint;
    this.#length = length;
    this.#listen();
  }

  /** Drops what has come. */
  clear(): void {
    this.#reports = [];
    this.#error = undefined;
    this.#listen();
  }

  /** The next report. @throws {BusFault} */
  async take(signal: AbortSignal | undefined): Promise<Uint8Array> {
    for (;;) {
      if (signal?.aborted) throw aborted(signal);
      const report = this.#reports.shift();
      if (report !== undefined) return report;
      const error = this.#error;
      this.#error = undefined;
      if (error !== undefined) throw error;
      this.#listen();
      const came = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      await unlessAborted(came, signal);
    }
  }

  /** Drops what is still due after a transfer was broken off. @throws {BusFault} */
  async settle(signal: AbortSignal | undefined): Promise<void> {
    for (let reports = 0; reports < DUE_MAX; reports++) {
      this.clear();
      if (signal?.aborted) throw aborted(signal);
      try {
        await this.take(AbortSignal.timeout(SETTLE_MS));
      } catch (error) {
        if (error instanceof BusFault && error.code === 'ETIMEDOUT') return;
        throw error;
      }
    }
    throw endlessFault(this.#usb);
  }

  /** One that stalled is asked again when somebody waits. */
  #listen(): void {
    for (; this.#asked < this.#ahead; this.#asked++) this.#ask();
  }

  #ask(): void {
    this.#usb.in(this.#endpoint, this.#length).then(
      (report) => {
        this.#asked--;
        this.#reports.push(report);
        if (this.#reports.length < UNREAD_MAX) this.#listen();
        this.#wake();
      },
      (error: unknown) => {
        this.#asked--;
        this.#error = error;
        this.#wake();
      },
    );
  }
}

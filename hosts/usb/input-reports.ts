import { aborted } from '../../src/bus/index.ts';
import type { UsbConnection } from '../../src/usb/index.ts';
import { unlessAborted } from '../link/index.ts';
import { type Answers, type Mark, untilQuiet } from './until-quiet.ts';

/** Reports that wait to be taken: a device that sends more is not listened to until some were. */
const UNREAD_MAX = 512;
/**
 * What a device sends on an endpoint, taken as it comes: an answer that comes twice, or late, has then arrived before the
 * next question is asked, and is dropped by `clear`, where it would be taken for the next answer.
 */
export class InputReports implements Answers {
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

  get description(): string {
    return this.#usb.description;
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

  /** Takes what is still due after a transfer was broken off; see `untilQuiet`. @throws {BusFault} */
  async settle(signal: AbortSignal | undefined, mark?: Mark): Promise<void> {
    this.#error = undefined;
    await untilQuiet(this, signal, mark);
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

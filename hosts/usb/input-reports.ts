import { BusFault } from '../../src/bus/index.ts';
import type { UsbConnection } from '../../src/usb/index.ts';
import { unlessAborted } from '../link/index.ts';

/** How long nothing has to come before nothing is due any more. */
const SETTLE_MS = 100;

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
  #isListening = false;
  /** Called when something has come. */
  #wake: () => void = () => {};

  /** @param length of the longest report, a multiple of the endpoint's packet size */
  constructor(usb: UsbConnection, endpoint: number, length: number) {
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

  /** Drops what is still due after a transfer was broken off. @throws {BusFault} `ETIMEDOUT`, `ENODEV` */
  async settle(signal: AbortSignal | undefined): Promise<void> {
    for (;;) {
      this.clear();
      if (signal?.aborted) throw new BusFault('ETIMEDOUT');
      try {
        await this.take(AbortSignal.timeout(SETTLE_MS));
      } catch (error) {
        if (error instanceof BusFault && error.code === 'ETIMEDOUT') return;
        throw error;
      }
    }
  }

  /** One that stalled is asked again when somebody waits. */
  #listen(): void {
    if (this.#isListening) return;
    this.#isListening = true;
    this.#usb.in(this.#endpoint, this.#length).then(
      (report) => {
        this.#isListening = false;
        this.#reports.push(report);
        this.#listen();
        this.#wake();
      },
      (error: unknown) => {
        this.#isListening = false;
        this.#error = error;
        this.#wake();
      },
    );
  }
}

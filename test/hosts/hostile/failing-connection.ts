import { BusFault } from '../../../src/bus/index.ts';
import {
  type ControlRequest,
  type EmulatedPort,
  inOneByOne,
  type UsbConnection,
} from '../../../src/usb/index.ts';

/** Turns of the event loop after which a transfer that was taken back has ended: a kernel takes a while, too. */
const ENDS_AFTER = 3;
/** And so many until the device goes on. */
const LATE = 12;

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** A connection of which one transfer fails, at the step that a test says; the device answers the others late. */
export class FailingConnection implements UsbConnection {
  readonly #inner: UsbConnection;
  readonly #port: EmulatedPort;
  #failsIn: number | undefined;
  /** Transfers that were begun. */
  begun = 0;
  /** Those of them that have not ended. */
  underWay = 0;

  constructor(inner: UsbConnection, port: EmulatedPort) {
    this.#inner = inner;
    this.#port = port;
  }

  get description(): string {
    return this.#inner.description;
  }

  get endpoints(): readonly number[] {
    return this.#inner.endpoints;
  }

  /** So many transfers from now; 0 is the next one. */
  fail(at: number): void {
    this.#failsIn = at;
  }

  controlIn(request: ControlRequest, length: number, signal?: AbortSignal): Promise<Uint8Array> {
    return this.#transfer(() => this.#inner.controlIn(request, length, signal));
  }

  controlOut(request: ControlRequest, data: Uint8Array, signal?: AbortSignal): Promise<void> {
    return this.#transfer(() => this.#inner.controlOut(request, data, signal));
  }

  in(endpoint: number, length: number, signal?: AbortSignal): Promise<Uint8Array> {
    return this.#transfer(() => this.#inner.in(endpoint, length, signal));
  }

  inEach(...request: Parameters<UsbConnection['inEach']>): Promise<void> {
    return inOneByOne(this, ...request);
  }

  out(endpoint: number, data: Uint8Array, signal?: AbortSignal): Promise<void> {
    return this.#transfer(() => this.#inner.out(endpoint, data, signal));
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  async #transfer<T>(begin: () => Promise<T>): Promise<T> {
    this.begun++;
    this.underWay++;
    try {
      if (this.#failsIn === 0) {
        this.#failsIn = undefined;
        this.#port.hang();
        void turns(LATE).then(() => this.#port.resume());
        throw new BusFault('EPROTO', 'this one fails');
      }
      if (this.#failsIn !== undefined) this.#failsIn--;
      return await begin();
    } catch (error) {
      if (error instanceof BusFault && error.code !== 'EPROTO') await turns(ENDS_AFTER);
      throw error;
    } finally {
      this.underWay--;
    }
  }
}

import { aborted, BusFault } from '../bus/index.ts';
import { CancelledBy } from './cancelled-by.ts';
import type { ControlRequest, UsbConnection } from './connection.ts';
import type { EmulatedPort, PortTransfer, TransferStatus } from './emulated-port.ts';
import { REQUEST, REQUEST_TYPE, type SetupPacket } from './requests.ts';
import { inOneByOne } from './together.ts';

const NOTHING = new Uint8Array(0);
/** Feature of an endpoint (USB 2.0, table 9-6). */
const HALT = 0;

/** What a transfer asks for; see `PortTransfer`. */
type Wanted = Omit<PortTransfer, 'done'>;

/** An emulated device in this process. */
export class EmulatedConnection implements UsbConnection {
  readonly description: string;
  readonly #port: EmulatedPort;
  readonly #timesPlugged: number;
  readonly #underWay = new Set<PortTransfer>();
  readonly #cancelledBy = new CancelledBy<PortTransfer>((transfer) => this.#port.cancel(transfer));
  #closed = false;

  /** @throws {BusFault} `ENODEV` nothing is plugged in */
  constructor(port: EmulatedPort) {
    const { product = 'device', vendorId, productId } = port.device.description;
    this.description = `${product} ${hexId(vendorId)}:${hexId(productId)} (emulated)`;
    this.#port = port;
    this.#timesPlugged = port.timesPlugged;
    if (!port.plugged) throw this.#fault('unplugged');
  }

  get endpoints(): readonly number[] {
    const { interfaces } = this.#port.device.description;
    return interfaces.flatMap(({ endpoints }) => endpoints.map(({ address }) => address));
  }

  controlIn(request: ControlRequest, length: number, signal?: AbortSignal): Promise<Uint8Array> {
    const requestType = request.requestType | REQUEST_TYPE.IN;
    const setup: SetupPacket = { ...request, requestType, length };
    return this.#transfer({ endpoint: 0, setup, data: NOTHING, length }, signal);
  }

  async controlOut(request: ControlRequest, data: Uint8Array, signal?: AbortSignal): Promise<void> {
    const requestType = request.requestType & ~REQUEST_TYPE.IN;
    const setup: SetupPacket = { ...request, requestType, length: data.length };
    await this.#transfer({ endpoint: 0, setup, data, length: 0 }, signal);
  }

  in(endpoint: number, length: number, signal?: AbortSignal): Promise<Uint8Array> {
    return this.#transfer({ endpoint, data: NOTHING, length }, signal);
  }

  inEach(...request: Parameters<UsbConnection['inEach']>): Promise<void> {
    return inOneByOne(this, ...request);
  }

  async out(endpoint: number, data: Uint8Array, signal?: AbortSignal): Promise<void> {
    await this.#transfer({ endpoint, data, length: 0 }, signal);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const transfer of [...this.#underWay]) this.#port.cancel(transfer);
  }

  #transfer(wanted: Wanted, signal: AbortSignal | undefined): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      // A device that was plugged in again is opened again.
      const isGone = this.#timesPlugged !== this.#port.timesPlugged;
      if (this.#closed || isGone) return reject(this.#fault('unplugged'));
      if (signal?.aborted) return reject(aborted(signal));
      const transfer: PortTransfer = {
        ...wanted,
        done: (status, data) => {
          this.#underWay.delete(transfer);
          this.#cancelledBy.delete(signal, transfer);
          if (status === 'stall' && wanted.setup === undefined) this.#clearHalt(wanted.endpoint);
          if (status === 'ok') resolve(data);
          else if (status === 'cancelled' && signal?.aborted) reject(aborted(signal));
          else reject(this.#fault(status));
        },
      };
      this.#cancelledBy.add(signal, transfer);
      this.#underWay.add(transfer);
      this.#port.submit(transfer);
    });
  }

  /** An endpoint that stalled does so until it is told not to. */
  #clearHalt(endpoint: number): void {
    const setup: SetupPacket = {
      requestType: REQUEST_TYPE.STANDARD | REQUEST_TYPE.ENDPOINT,
      request: REQUEST.CLEAR_FEATURE,
      value: HALT,
      index: endpoint,
      length: 0,
    };
    this.#port.submit({ endpoint: 0, setup, data: NOTHING, length: 0, done: () => {} });
  }

  #fault(status: Exclude<TransferStatus, 'ok'>): BusFault {
    if (status === 'stall') return new BusFault('EPROTO', `${this.description} refused the request`);
    if (status === 'overflow')
      return new BusFault('EPROTO', `${this.description} sent more than was asked for`);
    return new BusFault(
      'ENODEV',
      `${this.description} is gone: ${this.#closed ? 'it was closed' : 'it was unplugged'}`,
    );
  }
}

function hexId(id: number): string {
  return id.toString(16).padStart(4, '0');
}

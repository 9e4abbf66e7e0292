import { aborted, BusFault, messageOf } from '../bus/index.ts';
import { CancelledBy } from './cancelled-by.ts';
import type { ControlRequest, TakeAnswer, UsbConnection } from './connection.ts';
import { keptOff } from './kept-off.ts';
import { LIBUSB_ERROR, TRANSFER_STATUS } from './libusb.ts';
import type { PackageDevice, PackageInterface } from './package-types.ts';
import { REQUEST, REQUEST_TYPE } from './requests.ts';
import { type PooledTransfer, TransferPool } from './transfer-pool.ts';

const CONTROL_TIMEOUT_MS = 5000;
/** Transfers of a device that is pulled out fail first, and then the kernel sees that it is gone: so often, and so far apart, it is looked at. */
const LOOKS = 10;
const LOOK_MS = 20;
/** What transfers of a device fail with that is not there any more. */
const GONE: readonly unknown[] = [
  TRANSFER_STATUS.NO_DEVICE,
  TRANSFER_STATUS.CANCELLED,
  LIBUSB_ERROR.NO_DEVICE,
  LIBUSB_ERROR.NOT_FOUND,
];

/** A transfer, or many that end together. */
interface Cancellable {
  cancel(): void;
}

/** A real device, or an emulated one in this machine's kernel, through usbfs or the npm package `usb`. */
export class PackageConnection implements UsbConnection {
  readonly description: string;
  readonly #device: PackageDevice;
  readonly #interface: PackageInterface;
  readonly #hadDriver: boolean;
  readonly #pools = new Map<number, TransferPool>();
  readonly #underWay = new Set<Cancellable>();
  readonly #cancelledBy = new CancelledBy<Cancellable>((work) => work.cancel());
  #closed = false;

  /** @param hadDriver a driver of the kernel was detached, which gets the device back */
  constructor(description: string, device: PackageDevice, claimed: PackageInterface, hadDriver: boolean) {
    this.description = description;
    this.#device = device;
    this.#interface = claimed;
    this.#hadDriver = hadDriver;
    device.timeout = CONTROL_TIMEOUT_MS;
  }

  get endpoints(): readonly number[] {
    return (this.#interface.endpoints ?? []).map(({ address }) => address);
  }

  async controlIn(request: ControlRequest, length: number, signal?: AbortSignal): Promise<Uint8Array> {
    return this.#control(request.requestType | REQUEST_TYPE.IN, request, length, signal);
  }

  async controlOut(request: ControlRequest, data: Uint8Array, signal?: AbortSignal): Promise<void> {
    await this.#control(request.requestType & ~REQUEST_TYPE.IN, request, Buffer.from(data), signal);
  }

  in(endpoint: number, length: number, signal?: AbortSignal): Promise<Uint8Array> {
    return this.#transfer(endpoint, Buffer.allocUnsafe(length), signal);
  }

  inEach(
    endpoint: number,
    length: number,
    count: number,
    take: TakeAnswer,
    signal?: AbortSignal,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const pool = this.#usable(endpoint, signal, reject);
      if (pool === undefined) return;
      if (count === 0) return resolve();
      /** Those that have not ended, by their places. */
      const own: (PooledTransfer | undefined)[] = [];
      const work: Cancellable = {
        cancel: () => {
          for (const each of own) each?.cancel();
        },
      };
      let failure: unknown;
      const fail = (error: unknown): void => {
        if (failure !== undefined) return;
        failure = error;
        work.cancel();
      };
      const end = (): void => {
        this.#ended(work, signal);
        if (failure === undefined) resolve();
        else this.#fail(failure, pool, signal, reject);
      };
      let [begun, ended] = [0, 0];
      const done = (error: unknown, data: Buffer, received: number, { place }: PooledTransfer): void => {
        own[place] = undefined;
        ended++;
        if (error) fail(error);
        else take(data, received, place);
        if (ended === begun && (begun === count || failure !== undefined)) end();
      };
      this.#began(work, signal);
      try {
        for (; begun < count; begun++) own.push(pool.receive(length, begun, done));
      } catch (error) {
        fail(error);
        if (ended === begun) end();
      }
    });
  }

  async out(endpoint: number, data: Uint8Array, signal?: AbortSignal): Promise<void> {
    await this.#transfer(endpoint, Buffer.from(data.buffer, data.byteOffset, data.length), signal);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const work of this.#underWay) work.cancel();
    // The package refuses to close a device with transfers under way.
    while (this.#underWay.size > 0) await new Promise((resolve) => setImmediate(resolve));
    await new Promise<void>((resolve) => {
      try {
        this.#interface.release(false, () => resolve());
      } catch {
        resolve();
      }
    });
    try {
      if (this.#hadDriver) this.#interface.attachKernelDriver();
    } catch {
      // It was unplugged, or the driver does not want it any more.
    }
    try {
      this.#device.close();
    } catch {
      // It was unplugged.
    }
  }

  /** A control transfer cannot be taken back: who gives up does not see its end. */
  #control(
    requestType: number,
    { request, value, index }: ControlRequest,
    dataOrLength: Buffer | number,
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(this.#gone());
      if (signal?.aborted) return reject(aborted(signal));
      const onAbort = (): void => reject(aborted(signal));
      signal?.addEventListener('abort', onAbort, { once: true });
      const done = (error: unknown, received?: Buffer | number): void => {
        signal?.removeEventListener('abort', onAbort);
        if (error) void this.#late(error).then(reject);
        else resolve(typeof received === 'object' ? received : new Uint8Array(0));
      };
      try {
        this.#device.controlTransfer(requestType, request, value, index, dataOrLength, done);
      } catch (error) {
        done(error);
      }
    });
  }

  #transfer(address: number, buffer: Buffer, signal: AbortSignal | undefined): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      const pool = this.#usable(address, signal, reject);
      if (pool === undefined) return;
      try {
        const pooled = pool.submit(buffer, (error, data, length) => {
          this.#ended(pooled, signal);
          if (!error) resolve(data.subarray(0, length));
          else this.#fail(error, pool, signal, reject);
        });
        this.#began(pooled, signal);
      } catch (error) {
        void this.#late(error).then(reject);
      }
    });
  }

  /** @returns the transfers of an endpoint; undefined: there are none, and `reject` was told why */
  #usable(
    address: number,
    signal: AbortSignal | undefined,
    reject: (fault: BusFault) => void,
  ): TransferPool | undefined {
    const pool = this.#closed || signal?.aborted ? undefined : this.#poolOf(address);
    if (pool !== undefined) return pool;
    if (this.#closed) reject(this.#gone());
    else if (signal?.aborted) reject(aborted(signal));
    else reject(new BusFault('EPROTO', `${this.description} has no endpoint 0x${address.toString(16)}`));
    return undefined;
  }

  #began(work: Cancellable, signal: AbortSignal | undefined): void {
    this.#underWay.add(work);
    this.#cancelledBy.add(signal, work);
  }

  #ended(work: Cancellable, signal: AbortSignal | undefined): void {
    this.#underWay.delete(work);
    this.#cancelledBy.delete(signal, work);
  }

  /** Tells `reject` why a transfer failed, which was under way. */
  #fail(
    error: unknown,
    pool: TransferPool,
    signal: AbortSignal | undefined,
    reject: (fault: BusFault) => void,
  ): void {
    if (signal?.aborted) reject(aborted(signal));
    else if ((error as { errno?: unknown }).errno === TRANSFER_STATUS.STALL)
      // An endpoint that stalled does so until it is told not to.
      pool.clearHalt(() => reject(this.#fault(error)));
    else void this.#late(error).then(reject);
  }

  #poolOf(address: number): TransferPool | undefined {
    const known = this.#pools.get(address);
    if (known !== undefined) return known;
    const endpoint = this.#interface.endpoint(address);
    if (endpoint === undefined) return undefined;
    const pool = new TransferPool(endpoint);
    this.#pools.set(address, pool);
    return pool;
  }

  #gone(): BusFault {
    const { bInterfaceNumber } = this.#interface.descriptor;
    const why = this.#closed ? 'it was closed' : keptOff(this.#device, bInterfaceNumber);
    return new BusFault('ENODEV', `${this.description} is gone: ${why ?? 'it was unplugged'}`);
  }

  /** The fault of a transfer, for which a device that is just pulled out is looked at until the kernel knows. */
  async #late(cause: unknown): Promise<BusFault> {
    const fault = this.#fault(cause);
    if (fault.code !== 'EIO') return fault;
    for (let looks = 0; looks < LOOKS; looks++) {
      const errno = await this.#look();
      if (this.#closed || errno === TRANSFER_STATUS.NO_DEVICE || errno === LIBUSB_ERROR.NO_DEVICE)
        return this.#gone();
      if (errno === 0) return fault;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    return fault;
  }

  /** Asks for the status that every device has (USB 2.0, 9.4.5). @returns libusb's number of the error; 0: it is there, undefined: no answer */
  #look(): Promise<number | undefined> {
    return new Promise((resolve) => {
      setTimeout(resolve, LOOK_MS, undefined);
      try {
        this.#device.controlTransfer(REQUEST_TYPE.IN, REQUEST.GET_STATUS, 0, 0, 2, (error) =>
          resolve(error ? (error as { errno?: number }).errno : 0),
        );
      } catch (error) {
        resolve((error as { errno?: number }).errno);
      }
    });
  }

  #fault(cause: unknown): BusFault {
    const errno = (cause as { errno?: unknown }).errno;
    if (errno === TRANSFER_STATUS.STALL || errno === LIBUSB_ERROR.PIPE)
      return new BusFault('EPROTO', `${this.description} refused the request`, { cause });
    if (errno === TRANSFER_STATUS.OVERFLOW)
      return new BusFault('EPROTO', `${this.description} sent more than was asked for`, { cause });
    if (this.#closed || GONE.includes(errno)) return this.#gone();
    return new BusFault('EIO', `${this.description}: ${messageOf(cause)}`, { cause });
  }
}

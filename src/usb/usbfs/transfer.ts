import { addressOf, type PinnedBytes, pinned } from '../../os/index.ts';
import { LibusbError, TRANSFER_STATUS } from '../libusb.ts';
import type { PackageTransfer } from '../package-types.ts';
import { transferStatusOf, URB } from './calls.ts';

export type TransferDone = (error: unknown, buffer: Buffer, length: number) => void;

/** What transfers and interfaces need of their device. */
export interface UsbfsOwner {
  /** Of its node. @throws {LibusbError} `NO_DEVICE` it is not open */
  readonly fd: number;
  /** A call of usbfs. @param argument a number, or an address of pinned bytes. @param what for the error. @throws {LibusbError} */
  call(request: number, argument: number, what: string): void;
  /** @throws {LibusbError} */
  submit(transfer: UsbfsTransfer): void;
  /** @returns false: it has ended already */
  discard(transfer: UsbfsTransfer): boolean;
}

/** One transfer after another with an endpoint: an URB of the kernel's, and the bytes that it is about. */
export class UsbfsTransfer implements PackageTransfer {
  readonly #owner: UsbfsOwner;
  readonly #urb: PinnedBytes = pinned(URB.SIZE);
  readonly #done: TransferDone;
  #buffer: Buffer | undefined;
  /** Whose address the URB has. */
  #placed: Buffer | undefined;

  constructor(owner: UsbfsOwner, type: number, endpoint: number, done: TransferDone) {
    this.#owner = owner;
    this.#done = done;
    const { view } = this.#urb;
    view.setUint8(URB.TYPE, type);
    view.setUint8(URB.ENDPOINT, endpoint);
  }

  /** Where its URB is. */
  get address(): number {
    return this.#urb.address;
  }

  /** @throws {LibusbError} */
  submit(buffer: Buffer): this {
    if (this.#buffer !== undefined) throw new LibusbError(TRANSFER_STATUS.ERROR, 'the transfer is under way');
    if (this.#placed !== buffer) {
      const { view } = this.#urb;
      view.setBigUint64(URB.BUFFER, BigInt(addressOf(buffer)), true);
      view.setInt32(URB.LENGTH, buffer.length, true);
      this.#placed = buffer;
    }
    this.#owner.submit(this);
    this.#buffer = buffer;
    return this;
  }

  cancel(): boolean {
    return this.#buffer !== undefined && this.#owner.discard(this);
  }

  /** The kernel gave it back. @param status libusb's number; undefined: as the URB says */
  end(status?: number): void {
    const { view } = this.#urb;
    const ended = view.getInt32(URB.STATUS, true);
    const buffer = this.#buffer as Buffer;
    this.#buffer = undefined;
    if (status === undefined && ended === 0) this.#done(undefined, buffer, view.getInt32(URB.ACTUAL, true));
    else {
      const error = new LibusbError(
        status ?? transferStatusOf(ended),
        `the transfer failed: errno ${-ended}`,
      );
      this.#done(error, buffer, 0);
    }
  }
}

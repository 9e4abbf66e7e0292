import { readlinkSync } from 'node:fs';
import { ioctlAsync, pinned } from '../../os/index.ts';
import type { PackageEndpoint, PackageInterface } from '../package-types.ts';
import { DRIVER_CALL, URB_TYPE, USBFS } from './calls.ts';
import type { FoundEndpoint, FoundInterface } from './descriptors.ts';
import { type TransferDone, type UsbfsOwner, UsbfsTransfer } from './transfer.ts';

const INTERRUPT = 3;
/** The driver of interfaces that programs have. */
const PROGRAMS = 'usbfs';

/** An interface of a device that is open. */
export class UsbfsInterface implements PackageInterface {
  readonly descriptor: FoundInterface;
  readonly endpoints: readonly FoundEndpoint[];
  readonly #owner: UsbfsOwner;
  readonly #folder: string;
  readonly #argument = pinned(DRIVER_CALL.SIZE);

  /** @param configuration where Linux tells of the configuration's interfaces: `/sys/bus/usb/devices/1-1.2:1` */
  constructor(owner: UsbfsOwner, configuration: string, descriptor: FoundInterface) {
    this.#owner = owner;
    this.descriptor = descriptor;
    this.endpoints = descriptor.endpoints;
    this.#folder = `${configuration}.${descriptor.bInterfaceNumber}`;
  }

  isKernelDriverActive(): boolean {
    try {
      return !readlinkSync(`${this.#folder}/driver`).endsWith(`/${PROGRAMS}`);
    } catch {
      return false;
    }
  }

  /** @throws {LibusbError} */
  detachKernelDriver(): void {
    this.#callDriver(USBFS.DETACH_DRIVER, 'detach the driver of the kernel');
  }

  /** @throws {LibusbError} */
  attachKernelDriver(): void {
    this.#callDriver(USBFS.ATTACH_DRIVER, 'give the device back to the driver of the kernel');
  }

  /** @throws {LibusbError} `BUSY` another program has it, or a driver */
  claim(): void {
    this.#callWithNumber(USBFS.CLAIM_INTERFACE, 'claim the interface');
  }

  release(_closeEndpoints: boolean, done: (error?: unknown) => void): void {
    this.#callWithNumber(USBFS.RELEASE_INTERFACE, 'release the interface');
    done();
  }

  endpoint(address: number): PackageEndpoint | undefined {
    const found = this.endpoints.find((each) => each.address === address);
    if (found === undefined) return undefined;
    const type = found.type === INTERRUPT ? URB_TYPE.INTERRUPT : URB_TYPE.BULK;
    return {
      clearHalt: (done) => this.#clearHalt(address, done),
      makeTransfer: (_timeoutMs, done: TransferDone) => new UsbfsTransfer(this.#owner, type, address, done),
    };
  }

  /** Asks the device for it, and waits. */
  #clearHalt(address: number, done: (error?: unknown) => void): void {
    const number = pinned(4);
    number.view.setUint32(0, address, true);
    const ended = (error?: unknown): void => {
      // The call has looked at it: until then it had to be there.
      number.view.setUint32(0, 0);
      done(error);
    };
    ioctlAsync(this.#owner.fd, USBFS.CLEAR_HALT, number.address).then(() => ended(), ended);
  }

  #callWithNumber(request: number, what: string): void {
    this.#argument.view.setUint32(0, this.descriptor.bInterfaceNumber, true);
    this.#owner.call(request, this.#argument.address, what);
  }

  #callDriver(code: number, what: string): void {
    const { view, address } = this.#argument;
    view.setInt32(DRIVER_CALL.INTERFACE, this.descriptor.bInterfaceNumber, true);
    view.setUint32(DRIVER_CALL.CODE, code, true);
    this.#owner.call(USBFS.DRIVER_CALL, address, what);
  }
}

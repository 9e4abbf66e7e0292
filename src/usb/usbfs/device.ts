import { closeSync, constants, openSync, readFileSync } from 'node:fs';
import { constants as system } from 'node:os';
import { ioctlOrErrno, pinned } from '../../os/index.ts';
import { LIBUSB_ERROR, LibusbError, TRANSFER_STATUS } from '../libusb.ts';
import type { PackageDevice } from '../package-types.ts';
import { DESCRIPTOR, REQUEST, REQUEST_TYPE, SETUP_BYTES } from '../requests.ts';
import { callErrorOf, submitErrorOf, URB_TYPE, USBFS } from './calls.ts';
import { completions } from './completions.ts';
import { type idsOf, interfacesOf } from './descriptors.ts';
import { UsbfsInterface } from './interface.ts';
import { type UsbfsOwner, UsbfsTransfer } from './transfer.ts';

const { EAGAIN } = system.errno;
/** Transfers that are told at a time: others wait for the processor too. */
const REAPED_MAX = 1024;
const WORD = 2 ** 32;
const ENGLISH = 0x0409;
const STRING_MAX = 255;

const three = (number: number): string => String(number).padStart(3, '0');

/** A device that Linux knows, opened by usbfs: what the npm package `usb` makes of it, without that and without libusb. */
export class UsbfsDevice implements PackageDevice, UsbfsOwner {
  readonly busNumber: number;
  readonly portNumbers: readonly number[];
  readonly deviceDescriptor: NonNullable<ReturnType<typeof idsOf>>;
  readonly folder: string;
  timeout = 1000;
  interfaces: readonly UsbfsInterface[] | undefined;
  readonly #nodes: string;
  #fd: number | undefined;
  /** By the address of its URB. */
  readonly #underWay = new Map<number, UsbfsTransfer>();
  readonly #reaped = pinned(8);

  /**
   * @param folder where Linux tells of the device: `/sys/bus/usb/devices/1-1.2`. @param ids of its descriptors
   * @param nodes where its node is: `/dev/bus/usb`
   */
  constructor(folder: string, ids: NonNullable<ReturnType<typeof idsOf>>, nodes: string) {
    const [bus, ports = ''] = folder.slice(folder.lastIndexOf('/') + 1).split('-');
    this.busNumber = Number(bus);
    this.portNumbers = ports.split('.').map(Number);
    this.deviceDescriptor = ids;
    this.folder = folder;
    this.#nodes = nodes;
  }

  /** Its number on the bus; 0: it is gone. */
  get deviceAddress(): number {
    return this.#number('devnum');
  }

  /** @throws {LibusbError} `ACCESS`, `NO_DEVICE` */
  open(): void {
    const configuration = this.#number('bConfigurationValue');
    const node = `${this.#nodes}/${three(this.busNumber)}/${three(this.deviceAddress)}`;
    try {
      const descriptors = readFileSync(`${this.folder}/descriptors`);
      this.#fd = openSync(node, constants.O_RDWR);
      this.interfaces = interfacesOf(descriptors, configuration).map(
        (found) => new UsbfsInterface(this, `${this.folder}:${configuration}`, found),
      );
    } catch (cause) {
      const { errno = 0, message } = cause as NodeJS.ErrnoException;
      throw new LibusbError(callErrorOf(-errno), message);
    }
    completions.add(this.fd, this);
  }

  close(): void {
    if (this.#fd === undefined) return;
    completions.remove(this.#fd);
    closeSync(this.#fd);
    this.#fd = undefined;
    this.interfaces = undefined;
    this.#endAll();
  }

  get fd(): number {
    if (this.#fd === undefined) throw new LibusbError(LIBUSB_ERROR.NO_DEVICE, 'the device is not open');
    return this.#fd;
  }

  call(request: number, argument: number, what: string, errorOf = callErrorOf): void {
    const result = ioctlOrErrno(this.fd, request, argument);
    if (result < 0) throw new LibusbError(errorOf(-result), `cannot ${what}: errno ${-result}`);
  }

  controlTransfer(
    requestType: number,
    request: number,
    value: number,
    index: number,
    dataOrLength: Buffer | number,
    done: (error: unknown, received?: Buffer | number) => void,
  ): void {
    const dataBytes = typeof dataOrLength === 'number' ? dataOrLength : dataOrLength.length;
    const bytes = Buffer.allocUnsafe(SETUP_BYTES + dataBytes);
    if (typeof dataOrLength !== 'number') bytes.set(dataOrLength, SETUP_BYTES);
    const setup = new DataView(bytes.buffer, bytes.byteOffset, SETUP_BYTES);
    setup.setUint8(0, requestType);
    setup.setUint8(1, request);
    setup.setUint16(2, value, true);
    setup.setUint16(4, index, true);
    setup.setUint16(6, dataBytes, true);
    let timedOut = false;
    const transfer = new UsbfsTransfer(this, URB_TYPE.CONTROL, 0, (error, _, length) => {
      clearTimeout(timer);
      if (timedOut) done(new LibusbError(TRANSFER_STATUS.TIMED_OUT, 'the device did not answer in time'));
      else if (error) done(error);
      else
        done(
          undefined,
          typeof dataOrLength === 'number' ? bytes.subarray(SETUP_BYTES).subarray(0, length) : length,
        );
    });
    const timer = setTimeout(() => {
      timedOut = transfer.cancel();
    }, this.timeout);
    try {
      transfer.submit(bytes);
    } catch (error) {
      clearTimeout(timer);
      throw error;
    }
  }

  getStringDescriptor(index: number, done: (error: unknown, text?: string) => void): void {
    const value = (DESCRIPTOR.STRING << 8) | index;
    this.controlTransfer(
      REQUEST_TYPE.IN,
      REQUEST.GET_DESCRIPTOR,
      value,
      ENGLISH,
      STRING_MAX,
      (error, text) => {
        if (error) done(error);
        else done(undefined, Buffer.from(text as Buffer).toString('utf16le', 2));
      },
    );
  }

  submit(transfer: UsbfsTransfer): void {
    this.call(USBFS.SUBMIT_URB, transfer.address, 'begin a transfer', submitErrorOf);
    this.#underWay.set(transfer.address, transfer);
    completions.watch();
  }

  discard(transfer: UsbfsTransfer): boolean {
    return (
      this.#underWay.has(transfer.address) && ioctlOrErrno(this.fd, USBFS.DISCARD_URB, transfer.address) === 0
    );
  }

  get isWaiting(): boolean {
    return this.#underWay.size > 0;
  }

  reap(): void {
    for (let reaped = 0; reaped < REAPED_MAX && this.#fd !== undefined; reaped++) {
      const result = ioctlOrErrno(this.#fd, USBFS.REAP_URB_NOW, this.#reaped.address);
      if (result === -EAGAIN) return;
      if (result < 0) {
        // The device was pulled out, and all that the kernel had to give was taken.
        completions.remove(this.#fd);
        this.#endAll();
        return;
      }
      const { view } = this.#reaped;
      const address = view.getUint32(0, true) + WORD * view.getUint32(4, true);
      const transfer = this.#underWay.get(address);
      this.#underWay.delete(address);
      transfer?.end();
    }
  }

  /** The kernel gives nothing back any more. */
  #endAll(): void {
    const all = [...this.#underWay.values()];
    this.#underWay.clear();
    for (const transfer of all) transfer.end(TRANSFER_STATUS.NO_DEVICE);
  }

  #number(file: string): number {
    try {
      return Number(readFileSync(`${this.folder}/${file}`, 'latin1'));
    } catch {
      return 0;
    }
  }
}

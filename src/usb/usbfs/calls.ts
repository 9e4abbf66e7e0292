import { constants } from 'node:os';
import { ERRNO } from '../../bus/index.ts';
import { io, ior, iow, iowr } from '../../os/index.ts';
import { LIBUSB_ERROR, TRANSFER_STATUS } from '../libusb.ts';

/** Calls of Linux's usbfs on 64-bit machines. Source: include/uapi/linux/usbdevice_fs.h; drivers/usb/core/devio.c. */

/** `struct usbdevfs_urb`, without isochronous packets. */
export const URB = {
  TYPE: 0,
  ENDPOINT: 1,
  STATUS: 4,
  BUFFER: 16,
  LENGTH: 24,
  ACTUAL: 28,
  SIZE: 56,
} as const;
export const URB_TYPE = { INTERRUPT: 1, CONTROL: 2, BULK: 3 } as const;

/** `struct usbdevfs_ioctl`, for calls to an interface's driver; the pointer behind its numbers is 0 here. */
export const DRIVER_CALL = { INTERFACE: 0, CODE: 4, SIZE: 16 } as const;

const MAGIC = 0x55;
const INT_BYTES = 4;
const POINTER_BYTES = 8;

export const USBFS = {
  SUBMIT_URB: ior(MAGIC, 10, URB.SIZE),
  DISCARD_URB: io(MAGIC, 11),
  REAP_URB_NOW: iow(MAGIC, 13, POINTER_BYTES),
  CLAIM_INTERFACE: ior(MAGIC, 15, INT_BYTES),
  RELEASE_INTERFACE: ior(MAGIC, 16, INT_BYTES),
  DRIVER_CALL: iowr(MAGIC, 18, DRIVER_CALL.SIZE),
  CLEAR_HALT: ior(MAGIC, 21, INT_BYTES),
  DETACH_DRIVER: io(MAGIC, 22),
  ATTACH_DRIVER: io(MAGIC, 23),
} as const;

const { errno } = constants;

const STATUS_OF = new Map<number, number>([
  [errno.ENOENT, TRANSFER_STATUS.CANCELLED],
  [errno.ECONNRESET, TRANSFER_STATUS.CANCELLED],
  [errno.EPIPE, TRANSFER_STATUS.STALL],
  [errno.EOVERFLOW, TRANSFER_STATUS.OVERFLOW],
  [errno.ENODEV, TRANSFER_STATUS.NO_DEVICE],
  [ERRNO.ESHUTDOWN, TRANSFER_STATUS.NO_DEVICE],
]);

/** libusb's number of how an URB ended. @param status of the kernel: a negative errno */
export function transferStatusOf(status: number): number {
  return STATUS_OF.get(-status) ?? TRANSFER_STATUS.ERROR;
}

const ERROR_OF = new Map<number, number>([
  [errno.EACCES, LIBUSB_ERROR.ACCESS],
  [errno.EPERM, LIBUSB_ERROR.ACCESS],
  [errno.ENOENT, LIBUSB_ERROR.NO_DEVICE],
  [errno.ENODEV, LIBUSB_ERROR.NO_DEVICE],
  [errno.ENXIO, LIBUSB_ERROR.NO_DEVICE],
  [ERRNO.ESHUTDOWN, LIBUSB_ERROR.NO_DEVICE],
  [errno.EBUSY, LIBUSB_ERROR.BUSY],
]);

/**
 * What a transfer is refused for where this program has the interface no more: the device was reset, or kept off and let in again
 * (`authorized`), and is without a configuration, or its driver in the kernel was faster.
 */
const LOST: readonly number[] = [errno.ESRCH, errno.EBUSY];

/** libusb's number of what a transfer was refused for. @param code an errno */
export function submitErrorOf(code: number): number {
  return LOST.includes(code) ? LIBUSB_ERROR.NO_DEVICE : callErrorOf(code);
}

/** libusb's number of what a call was refused for. @param code an errno */
export function callErrorOf(code: number): number {
  return ERROR_OF.get(code) ?? LIBUSB_ERROR.IO;
}

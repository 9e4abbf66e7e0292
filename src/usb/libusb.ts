/** Numbers of libusb (libusb.h), which the npm package `usb` puts into `errno` of its errors; usbfs speaks them too. */

/** How a transfer ended: `enum libusb_transfer_status`. */
export const TRANSFER_STATUS = {
  ERROR: 1,
  TIMED_OUT: 2,
  CANCELLED: 3,
  STALL: 4,
  NO_DEVICE: 5,
  OVERFLOW: 6,
} as const;

/** What a call was refused for: `enum libusb_error`. */
export const LIBUSB_ERROR = {
  IO: -1,
  ACCESS: -3,
  NO_DEVICE: -4,
  NOT_FOUND: -5,
  BUSY: -6,
  PIPE: -9,
  NOT_SUPPORTED: -12,
} as const;

/** An error as the package makes it. */
export class LibusbError extends Error {
  override readonly name = 'LibusbError';
  readonly errno: number;

  constructor(errno: number, message: string) {
    super(message);
    this.errno = errno;
  }
}

import {
  type DescriptorChain,
  DTBUS_F_ERRNO,
  hasFeature,
  I2C_OUT_HDR_BYTES,
  i2cStatus,
  readI2cOutHdr,
  spiResult,
  VIRTIO_I2C_FLAGS,
  VIRTIO_ID_I2C_ADAPTER,
  VIRTIO_ID_SPI,
} from '../../../virtio/index.ts';

const EIO = 5;

/**
 * What becomes of requests that a predecessor had taken when it died. It may have carried them out: a byte
 * written twice to a FIFO is worse than an error, so transfers end in an error and are not run again. Requests
 * of other devices (a GPIO's value, a buffer for an interrupt) may be repeated.
 */
export class Interruptions {
  readonly #deviceId: number;
  readonly #extended: boolean;
  readonly #header = { addr: 0, tenBit: false, flags: 0, messageFlags: 0 };
  /** The last request that failed here says that the next fails with it. */
  #failNext = false;

  constructor(deviceId: number, features: number) {
    this.#deviceId = deviceId;
    this.#extended = hasFeature(features, DTBUS_F_ERRNO);
  }

  /** True when the next request fails because the one before it did. */
  get failsNext(): boolean {
    return this.#failNext;
  }

  /**
   * Puts the error where the device's requests have their status. False where the device should have the
   * request: then nothing was done to it.
   */
  fail(chain: DescriptorChain): boolean {
    const { readable, writable } = chain;
    if (this.#deviceId !== VIRTIO_ID_I2C_ADAPTER && this.#deviceId !== VIRTIO_ID_SPI) return false;
    const i2c = this.#deviceId === VIRTIO_ID_I2C_ADAPTER;
    if (i2c) {
      // A write that was to follow one that failed would come to the wrong place (virtio 1.3, 5.21.6.3).
      this.#failNext =
        readable.remaining >= I2C_OUT_HDR_BYTES &&
        readI2cOutHdr(readable, this.#header) &&
        (this.#header.flags & VIRTIO_I2C_FLAGS.FAIL_NEXT) !== 0;
    }
    if (writable.length > 0) {
      writable.writeLastU8(i2c ? i2cStatus(EIO, this.#extended) : spiResult(EIO, this.#extended));
    }
    return true;
  }
}

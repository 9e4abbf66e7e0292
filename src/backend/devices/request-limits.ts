/** What one request of a driver may ask for. What is above is answered with `EMSGSIZE` and not carried out. */
export interface RequestLimits {
  /** Bytes of one I2C message. Default 65535: what `struct i2c_msg` can say. */
  readonly maxMessageBytes?: number;
  /**
   * Bytes of one I2C transaction or SPI message, both directions counted, and 16 for each of its requests.
   * Default 1 MiB on I2C, 8 MiB on SPI: Linux's drivers take their buffers from kmalloc, which ends at 4 MiB.
   */
  readonly maxTransactionBytes?: number;
}

/** A request's share of `maxTransactionBytes` besides its data. */
export const REQUEST_OVERHEAD_BYTES = 16;

export const I2C_LIMITS: Required<RequestLimits> = { maxMessageBytes: 0xffff, maxTransactionBytes: 1 << 20 };
export const SPI_LIMITS: Required<RequestLimits> = { maxMessageBytes: 8 << 20, maxTransactionBytes: 8 << 20 };

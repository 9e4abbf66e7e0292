import { VIRTIO_I2C_MSG } from './i2c.ts';
import { SPI_RESULT } from './spi.ts';

/** Linux errno numbers that the standard's few status values stand for, and the largest there is. */
const EIO = 5;
const EINVAL = 22;
const EHWPOISON = 133;

/**
 * Status byte of an I2C request that ended with `errno` (0 = well). `extended`: `DTBUS_F_ERRNO` was
 * negotiated, so the byte is the errno number itself.
 */
export function i2cStatus(errno: number, extended: boolean): number {
  if (errno === 0) return VIRTIO_I2C_MSG.OK;
  return extended ? errnoByte(errno) : VIRTIO_I2C_MSG.ERR;
}

/** What went wrong by an I2C status byte; 0 = nothing, EIO where the byte does not say. */
export function i2cErrno(status: number, extended: boolean): number {
  if (status === VIRTIO_I2C_MSG.OK) return 0;
  return extended && status <= EHWPOISON ? status : EIO;
}

/**
 * Result byte of an SPI transfer that ended with `errno` (0 = well). Without `DTBUS_F_ERRNO`, EINVAL is
 * PARAM_ERR and all else TRANS_ERR.
 */
export function spiResult(errno: number, extended: boolean): number {
  if (errno === 0) return SPI_RESULT.TRANS_OK;
  if (extended) return errno === SPI_RESULT.PARAM_ERR ? EIO : errnoByte(errno);
  return errno === EINVAL ? SPI_RESULT.PARAM_ERR : SPI_RESULT.TRANS_ERR;
}

/** What went wrong by an SPI result byte; 0 = nothing, EIO where the byte does not say. */
export function spiErrno(result: number, extended: boolean): number {
  if (result === SPI_RESULT.TRANS_OK) return 0;
  if (result === SPI_RESULT.PARAM_ERR) return EINVAL;
  return extended && result <= EHWPOISON ? result : EIO;
}

function errnoByte(errno: number): number {
  return errno >= 1 && errno <= EHWPOISON ? errno : EIO;
}

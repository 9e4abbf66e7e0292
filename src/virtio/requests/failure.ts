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

/** Why a request failed. */
export interface Failure {
  /** Linux's number. */
  readonly errno: number;
  readonly sentence: string;
}

/**
 * Private extension, beside `DTBUS_F_ERRNO`: why the last request failed, which an errno says too shortly. It stands in
 * the configuration space, behind all that the standard's devices have there: the errno, then a sentence in UTF-8,
 * padded with zeros. Where there is none, or the device does not know this, there are only zeros.
 */
export const DTBUS_REASON = { ERRNO: 64, TEXT: 65, END: 256 } as const;

/** Writes a failure into a configuration space of 256 bytes; a sentence that is too long ends in `…`. */
export function writeFailure(config: Uint8Array, { errno, sentence }: Failure): void {
  const room = config.subarray(DTBUS_REASON.TEXT, DTBUS_REASON.END);
  const encoder = new TextEncoder();
  config[DTBUS_REASON.ERRNO] = errnoByte(errno);
  if (encoder.encodeInto(sentence, room).read === sentence.length) return;
  room.fill(0);
  const { written } = encoder.encodeInto(sentence, room.subarray(0, -ELLIPSIS.length));
  room.set(ELLIPSIS, written);
}

/**
 * Why a request failed with `errno`, by the device's configuration space; undefined where it does not say. The other end
 * is not trusted: control characters are shown as `\\x1b`.
 */
export function readFailure(config: Uint8Array, errno: number): string | undefined {
  if (config[DTBUS_REASON.ERRNO] !== errno) return undefined;
  const text = config.subarray(DTBUS_REASON.TEXT, DTBUS_REASON.END);
  const end = text.indexOf(0);
  const sentence = new TextDecoder().decode(end < 0 ? text : text.subarray(0, end));
  if (sentence === '') return undefined;
  return sentence.replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, (character) => {
    const code = character.charCodeAt(0).toString(16);
    return code.length > 2 ? `\\u${code.padStart(4, '0')}` : `\\x${code.padStart(2, '0')}`;
  });
}

/** `…` in UTF-8. */
const ELLIPSIS = Uint8Array.of(0xe2, 0x80, 0xa6);

function errnoByte(errno: number): number {
  return errno >= 1 && errno <= EHWPOISON ? errno : EIO;
}

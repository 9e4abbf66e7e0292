/** Numbers of the TPM 2.0 Library, part 2: structures. */

/** 6.9, table 19: TPM_ST. */
export const NO_SESSIONS = 0x8001;
export const SESSIONS = 0x8002;

/** 6.5.2, table 12: TPM_CC. */
export const CC = {
  PCR_EVENT: 0x13c,
  PCR_RESET: 0x13d,
  INCREMENTAL_SELF_TEST: 0x142,
  SELF_TEST: 0x143,
  STARTUP: 0x144,
  SHUTDOWN: 0x145,
  STIR_RANDOM: 0x146,
  FLUSH_CONTEXT: 0x165,
  GET_CAPABILITY: 0x17a,
  GET_RANDOM: 0x17b,
  GET_TEST_RESULT: 0x17c,
  PCR_READ: 0x17e,
  READ_CLOCK: 0x181,
  PCR_EXTEND: 0x182,
} as const;

/** 6.6.3, table 16: TPM_RC. */
export const RC = {
  SUCCESS: 0,
  BAD_TAG: 0x01e,
  INITIALIZE: 0x100,
  FAILURE: 0x101,
  AUTH_MISSING: 0x125,
  COMMAND_SIZE: 0x142,
  COMMAND_CODE: 0x143,
  AUTH_SIZE: 0x144,
  AUTH_CONTEXT: 0x145,
  LOCALITY: 0x907,
  HASH: 0x083,
  VALUE: 0x084,
  HANDLE: 0x08b,
  SIZE: 0x095,
  INSUFFICIENT: 0x09a,
  BAD_AUTH: 0x0a2,
} as const;

/** Which handle, parameter or session a code of format one is about. */
export const handle = (code: number, number: number) => code | (number << 8);
export const parameter = (code: number, number: number) => code | 0x040 | (number << 8);
export const session = (code: number, number: number) => code | 0x800 | (number << 8);

/** 6.3, table 9: TPM_ALG_ID, and the bytes of a digest. */
export const SHA1 = 0x0004;
export const SHA256 = 0x000b;
export const DIGEST_BYTES: Readonly<Record<number, number>> = { [SHA1]: 20, [SHA256]: 32 };
export const BANKS = [SHA1, SHA256] as const;

/** 7.4, table 27: the password session. */
export const RS_PW = 0x4000_0009;

/** What ends a command with a response code. */
export class TpmError extends Error {
  readonly code: number;
  constructor(code: number) {
    super(`TPM_RC 0x${code.toString(16)}`);
    this.code = code;
  }
}

import { constants } from 'node:os';

const NAME_OF = new Map<number, string>(Object.entries(constants.errno).map(([name, n]) => [n, name]));

/** A Linux call that failed. `errno` is positive, as in errno.h; `code` is its name; `syscall` the call's. */
export class OsError extends Error {
  readonly code: string;
  readonly errno: number;
  readonly syscall: string;

  constructor(syscall: string, errno: number, detail?: string) {
    const code = NAME_OF.get(errno) ?? `E${errno}`;
    super(`${syscall}: ${code}${detail === undefined ? '' : `: ${detail}`}`);
    this.name = 'OsError';
    this.code = code;
    this.errno = errno;
    this.syscall = syscall;
  }

  /** The error for the errno called `code`. */
  static of(syscall: string, code: keyof typeof constants.errno, detail?: string): OsError {
    return new OsError(syscall, constants.errno[code], detail);
  }
}

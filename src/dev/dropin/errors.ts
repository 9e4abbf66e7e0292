import { constants } from 'node:os';
import { getSystemErrorMap } from 'node:util';
import { BusFault, ERRNO, type Errno } from '../../bus/index.ts';
import { strerror } from '../strerror.ts';

/** An error as Node's own and its native modules' calls give it. */
interface SystemError extends Error {
  errno: number;
  code: string;
  syscall: string;
  path?: string;
}

/** Node's native modules know no name for some numbers, and another for one. */
const NATIVE_NAMES: Partial<Record<Errno, string>> = { EOPNOTSUPP: 'ENOTSUP', EREMOTEIO: '', ESHUTDOWN: '' };

function systemError(
  message: string,
  cause: unknown,
  errno: number,
  code: string,
  syscall: string,
): SystemError {
  const options = cause === undefined ? undefined : { cause };
  return Object.assign(new Error(message, options), { errno, code, syscall });
}

/** What a native module throws (`node::ErrnoException`): a positive errno, and strerror's text or another. */
export function nativeError(code: Errno, syscall: string, text?: string, cause?: unknown): SystemError {
  const name = NATIVE_NAMES[code] ?? code;
  return systemError(`${name}, ${text ?? strerror(code)}`, cause, ERRNO[code], name, syscall);
}

/** Faults of adapters, which a board has and the machine of the original does not: their errno does not say what to do. */
const OF_ADAPTERS: readonly Errno[] = ['ENODEV', 'EACCES', 'ETIMEDOUT', 'ESHUTDOWN'];

/**
 * What is known beyond the errno: why an adapter could not be opened, or a bus did not come up. Where the original would
 * fail as well, the text is the original's: programs may compare it.
 */
function reasonOf({ code, sentence }: BusFault): string {
  const didNotComeUp = code === 'ENOENT' && !sentence.startsWith('not found');
  return didNotComeUp || OF_ADAPTERS.includes(code) ? `: ${sentence}` : '';
}

/** A thrown value as a native module's error; behind its text stands the reason, where there is more to say. */
export function asNativeError(thrown: unknown, syscall: string): Error {
  if (!(thrown instanceof BusFault)) return thrown as Error;
  return nativeError(thrown.code, syscall, `${strerror(thrown.code)}${reasonOf(thrown)}`, thrown);
}

/** A thrown value as node:fs gives it (libuv): a negative errno, libuv's text, the path where there is one. */
export function asFsError(thrown: unknown, syscall: string, path?: string): Error {
  if (!(thrown instanceof BusFault)) return thrown as Error;
  const error = libuvError(-thrown.errno, syscall, path, thrown);
  error.message += reasonOf(thrown);
  return error;
}

/** An error of node:fs by its name. */
export function fsError(
  code: 'EBADF' | 'EINVAL' | 'EIO' | 'ENODEV' | 'ENOENT' | 'EPERM',
  syscall: string,
  path?: string,
  cause?: unknown,
): SystemError {
  return libuvError(-constants.errno[code], syscall, path, cause);
}

function libuvError(errno: number, syscall: string, path?: string, cause?: unknown): SystemError {
  const unknown = `Unknown system error ${errno}`;
  const [code, text] = getSystemErrorMap().get(errno) ?? [unknown, unknown];
  const place = path === undefined ? '' : ` '${path}'`;
  const error = systemError(`${code}: ${text}, ${syscall}${place}`, cause, errno, code, syscall);
  return path === undefined ? error : Object.assign(error, { path });
}

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

/** A thrown value as a native module's error. */
export function asNativeError(thrown: unknown, syscall: string): Error {
  if (!(thrown instanceof BusFault)) return thrown as Error;
  return nativeError(thrown.code, syscall, undefined, thrown);
}

/** A thrown value as node:fs gives it (libuv): a negative errno, libuv's text, the path where there is one. */
export function asFsError(thrown: unknown, syscall: string, path?: string): Error {
  if (!(thrown instanceof BusFault)) return thrown as Error;
  return libuvError(-thrown.errno, syscall, path, thrown);
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

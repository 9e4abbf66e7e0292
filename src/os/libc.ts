import { existsSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import type * as Koffi from 'koffi';
import { deniedAddons } from '../bus/index.ts';
import { OsError } from './os-error.ts';

/**
 * The C library through FFI. Nothing is loaded before the first call: whoever only simulates never pays
 * for it, and dtbus works without it wherever no Linux call is needed.
 */

/** What a C function takes here: numbers, text, bytes to read or fill, an address, or NULL. */
type CArgument = number | bigint | string | ArrayBufferView | null;
export type CFunction = (...args: CArgument[]) => number;

let koffi: typeof Koffi | undefined;
let library: Koffi.LibraryHandle | undefined;
const functions = new Map<string, CFunction>();

function unavailable(reason: string, cause?: unknown): Error {
  return new Error(`dtbus needs a Linux system call here, but ${reason}`, { cause });
}

/** The FFI module. @throws {Error} one sentence when this is not Linux or koffi is missing. */
export function ffi(): typeof Koffi {
  if (koffi !== undefined) return koffi;
  if (process.platform !== 'linux') {
    throw unavailable(
      `this is ${process.platform}: use a simulated board without sockets and ptys, or Linux`,
    );
  }
  try {
    const load = createRequire(import.meta.url);
    koffi = nativeKoffi(load) ?? (load('koffi') as typeof Koffi);
  } catch (cause) {
    const missing = "the package 'koffi' cannot be loaded: run npm install --include=optional";
    throw unavailable(deniedAddons() ?? missing, cause);
  }
  return koffi;
}

/** What musl calls the machines whose addon's name says nothing but the machine. */
const MACHINES: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64' };
/** Of koffi, whose functions are those that are called here. */
const VERSION = /^3\./;

/**
 * The addon that `koffi` loads on a Linux with glibc, without the modules that look for it: they take four times as long.
 * @param load finds what the package has @returns undefined: it is not where it usually is, or this may be another machine
 */
export function nativeKoffi(load: NodeJS.Require): typeof Koffi | undefined {
  const machine = MACHINES[process.arch];
  // With musl's loader there may be no glibc.
  if (machine === undefined || existsSync(`/lib/ld-musl-${machine}.so.1`)) return undefined;
  try {
    const folder = load.resolve.paths('koffi')?.find((each) => existsSync(`${each}/koffi`));
    if (folder === undefined) return undefined;
    const system = `linux-${process.arch}`;
    const file = `${realpathSync(`${folder}/koffi`)}/../@koromix/koffi-${system}/${system.replace('-', '_')}/koffi.node`;
    const native = load(file) as typeof Koffi;
    return VERSION.test(native.version) ? native : undefined;
  } catch {
    return undefined;
  }
}

/** The C function declared by `prototype`, for instance `int close(int fd)`. Looked up once. */
export function cFunction(prototype: string): CFunction {
  let found = functions.get(prototype);
  if (found === undefined) {
    library ??= ffi().load(null);
    found = library.func(prototype) as unknown as CFunction;
    functions.set(prototype, found);
  }
  return found;
}

/** `errno` of the call that just failed. */
export function lastErrno(): number {
  return ffi().errno();
}

/** `result`, or an `OsError` when it is negative. */
export function checked(syscall: string, result: number, detail?: string): number {
  if (result < 0) throw new OsError(syscall, lastErrno(), detail);
  return result;
}

/** Of malloc.h. */
const M_TRIM_THRESHOLD = -1;
const M_MMAP_THRESHOLD = -3;

/** What is freed at the end of a heap stays there up to so many bytes. */
const KEPT_BYTES = 16 << 20;
/** From so many bytes on a block is a mapping of its own, and given back when it is freed. */
const MAPPED_BYTES = 4 << 20;

/**
 * Lets malloc keep what is freed for who asks next (mallopt(3)). V8's compiler takes megabytes for a function and frees
 * them behind it, and glibc gives back all but 128 KiB: the next function gets them page by page, each by a fault, which
 * takes many times as long in a guest. Does nothing where the C library has no such setting (musl).
 * @throws {Error} not on Linux, or without `koffi`
 */
export function keepFreedMemory(): void {
  const mallopt = malloptOf();
  // The former alone would fix the latter at 128 KiB, which else grows with what is freed.
  mallopt?.(M_TRIM_THRESHOLD, KEPT_BYTES);
  mallopt?.(M_MMAP_THRESHOLD, MAPPED_BYTES);
}

function malloptOf(): CFunction | undefined {
  try {
    return cFunction('int mallopt(int parameter, int value)');
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('Cannot find function')) return undefined;
    throw error;
  }
}

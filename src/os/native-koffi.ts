import { existsSync, realpathSync } from 'node:fs';
import type * as Koffi from 'koffi';

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

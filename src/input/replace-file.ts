import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';

/** How a file is replaced. */
interface Replacement {
  /** Mode of a file that did not exist before; the umask takes its part of it. */
  readonly mode?: number;
  /** Whether it is to outlive a loss of power at once; what is written again in seconds need not. */
  readonly durable?: boolean;
}

/**
 * Writes a file as a whole: to one beside it that then takes its place, so that a crash leaves the old contents or
 * the new. Mode and owner stay. The name beside it cannot be guessed and is never an existing file's or link's.
 * @throws {Error} the old contents stay, and nothing is left beside them
 */
export function replaceFile(
  file: string,
  bytes: Uint8Array,
  { mode = 0o644, durable = true }: Replacement = {},
): void {
  const old = statSync(file, { throwIfNoEntry: false });
  // The global one is loaded at its first use, while an import of node:crypto costs each board 6 ms.
  const beside = `${file}.${crypto.randomUUID().slice(-12)}.new`;
  const handle = openSync(beside, 'wx', old === undefined ? mode : 0o600);
  try {
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at);
      if (old !== undefined) keepOwner(handle, old);
      if (durable) fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(beside, file);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}

/** Only root may give a file away: for others it is theirs already, or becomes theirs. */
function keepOwner(handle: number, { uid, gid, mode }: { uid: number; gid: number; mode: number }): void {
  try {
    fchownSync(handle, uid, gid);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
  }
  fchmodSync(handle, mode & 0o7777);
}

/** The present folder; undefined where it was removed: what has a whole path does not need it. */
export function presentFolder(): string | undefined {
  try {
    return process.cwd();
  } catch {
    return undefined;
  }
}

/** What Node's error means that came of looking for the present folder; undefined for any other. */
export function goneFolder(error: unknown): string | undefined {
  const { code, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  return syscall === 'uv_cwd' && code === 'ENOENT' ? GONE : undefined;
}

const GONE = 'the present folder was removed: change to one that is there, as by cd ~';

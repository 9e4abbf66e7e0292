/** Options of the permission model that name what they allow; the others take no value, though a newer Node names the resource. */
const BY_RESOURCE: ReadonlySet<string> = new Set(['--allow-fs-read', '--allow-fs-write']);

/** What Node's permission model calls things, and the option that allows them. */
const ALLOWED_BY: Readonly<Record<string, string>> = {
  FileSystemRead: '--allow-fs-read',
  FileSystemWrite: '--allow-fs-write',
  ChildProcess: '--allow-child-process',
  WorkerThreads: '--allow-worker',
  Addons: '--allow-addons',
};

/**
 * What an error of Node's permission model (`node --permission`) says to a person, with the option that it takes; undefined
 * for any other error.
 */
export function deniedSentence(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  const { code, permission, resource } = error as {
    readonly code: unknown;
    readonly permission?: string;
    readonly resource?: string;
  };
  if (code === 'ERR_ACCESS_DENIED') return sentenceFor(permission ?? '', resource ?? '');
  if (code === 'ERR_DLOPEN_DISABLED') return sentenceFor('Addons', '');
  return undefined;
}

/** Why no native add-on can be loaded; undefined where Node's permission model allows them. Packages hide that error. */
export function deniedAddons(): string | undefined {
  try {
    process.dlopen({ exports: {} }, '');
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ERR_DLOPEN_DISABLED'
      ? deniedSentence(error)
      : undefined;
  }
}

function sentenceFor(permission: string, resource: string): string {
  const option = ALLOWED_BY[permission];
  if (option === undefined)
    return `denied by Node's permission model: ${permission}; run without --permission`;
  const named = BY_RESOURCE.has(option) && resource !== '';
  const what = named ? `${permission} of ${resource}` : permission;
  const remedy = `start node with ${option}${named ? `=${resource}` : ''}, or run without --permission`;
  return `denied by Node's permission model: ${what}; ${remedy}`;
}

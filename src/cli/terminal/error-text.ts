import { messageOf } from '../../bus/words.ts';

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

/** What an error says to a person. */
export function errorText(error: unknown): string {
  const { code, permission, resource } = error as {
    readonly code?: string;
    readonly permission?: string;
    readonly resource?: string;
  };
  if (code === 'ERR_ACCESS_DENIED') return denied(permission ?? '', resource ?? '');
  if (code === 'ERR_DLOPEN_DISABLED') return denied('Addons', '');
  return messageOf(error);
}

function denied(permission: string, resource: string): string {
  const option = ALLOWED_BY[permission];
  if (option === undefined)
    return `denied by Node's permission model: ${permission}; run without --permission`;
  const named = BY_RESOURCE.has(option) && resource !== '';
  const what = named ? `${permission} of ${resource}` : permission;
  const remedy = `start node with ${option}${named ? `=${resource}` : ''}, or run without --permission`;
  return `denied by Node's permission model: ${what}; ${remedy}`;
}

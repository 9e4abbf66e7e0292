import { messageOf } from '../../bus/words.ts';

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
  const what = resource === '' ? permission : `${permission} of ${resource}`;
  const remedy =
    option === undefined ? '' : `start node with ${option}${resource === '' ? '' : `=${resource}`}, or `;
  return `denied by Node's permission model: ${what}; ${remedy}run without --permission`;
}

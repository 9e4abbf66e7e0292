import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';

/**
 * Who has a file open, as far as this user may see: `process 1234 (flashrom)`; undefined where nobody does, or the system
 * does not tell.
 * @param proc where the system tells of processes
 */
export function openedBy(path: string, proc = '/proc'): string | undefined {
  const file = realOf(path);
  const pids = entriesOf(proc).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    const folder = `${proc}/${pid}/fd`;
    if (!entriesOf(folder).some((fd) => linkOf(`${folder}/${fd}`) === file)) continue;
    const name = pid === String(process.pid) ? 'this one' : commandOf(`${proc}/${pid}/comm`);
    return `process ${pid}${name === '' ? '' : ` (${name})`}`;
  }
  return undefined;
}

function realOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function entriesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    // It ended, it is another user's, or there is no such system.
    return [];
  }
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

function commandOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}

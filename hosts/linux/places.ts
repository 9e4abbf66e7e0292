import { accessSync, constants, readdirSync, readFileSync, statSync } from 'node:fs';
import { BusFault } from '../../src/bus/index.ts';

/** Where Linux shows its devices; other folders in tests. */
export interface Places {
  readonly dev: string;
  readonly sys: string;
}
export const MACHINE: Places = { dev: '/dev', sys: '/sys' };

/** A kind of node, for sentences. */
export interface NodeKind {
  /** What udev calls it: `spidev`. */
  readonly subsystem: string;
  /** The group that distributions give it to. */
  readonly group: string;
}

/**
 * Why `node` cannot be opened, as far as a look at it tells.
 * @param missing what is said of a node that is not there
 */
export function nodeFault(
  node: string,
  kind: NodeKind,
  missing: (cause: unknown) => BusFault,
): BusFault | undefined {
  try {
    accessSync(node, constants.R_OK | constants.W_OK);
    if (statSync(node).isCharacterDevice()) return undefined;
    return new BusFault('ENODEV', `${node} is not a device`);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'EPERM')
      return new BusFault('EACCES', noPermission(node, kind), { cause });
    return missing(cause);
  }
}

/** The sentence for a node that this user may not open. */
function noPermission(node: string, { subsystem, group }: NodeKind): string {
  const owner = groupOf(node) ?? group;
  const remedy =
    owner === 'root'
      ? `give it to a group of yours by a udev rule (SUBSYSTEM=="${subsystem}", GROUP="${group}", MODE="0660")`
      : `add yourself to the group that owns it (sudo adduser $USER ${owner}) and log in again`;
  return `no permission to open ${node}: ${remedy}`;
}

function groupOf(node: string): string | undefined {
  try {
    const { gid } = statSync(node);
    const line = readFileSync('/etc/group', 'utf8')
      .split('\n')
      .find((each) => each.split(':')[2] === String(gid));
    return line?.split(':')[0];
  } catch {
    return undefined;
  }
}

/** The names in a folder; none where it cannot be read. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** What stands in a file of /sys; undefined where it cannot be read. */
export function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}

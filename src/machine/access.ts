import { accessSync, constants, readFileSync, type Stats, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { BusFault } from '../bus/index.ts';

/** A kind of node, for sentences and rules. */
export interface NodeKind {
  /** What udev calls it: `spidev`. */
  readonly subsystem: string;
  /** The group that distributions give it to. */
  readonly group: string;
}

export const NODE_KINDS = {
  serial: { subsystem: 'tty', group: 'dialout' },
  usb: { subsystem: 'usb', group: 'plugdev' },
  hid: { subsystem: 'hidraw', group: 'plugdev' },
  i2c: { subsystem: 'i2c-dev', group: 'i2c' },
  spi: { subsystem: 'spidev', group: 'spi' },
  gpio: { subsystem: 'gpio', group: 'gpio' },
} as const satisfies Record<string, NodeKind>;

/** Who may open a node. */
export interface Access {
  /** Whether this user may read and write it. */
  readonly allowed: boolean;
  /** `root:dialout 0660`; undefined where there is no node. */
  readonly owner: string | undefined;
  /** What gives this user the right, as a command or a udev rule; undefined where nothing is missing. */
  readonly remedy: string | undefined;
  /** The udev rule for it. */
  readonly rule: string;
}

/** A user of this machine. */
export interface User {
  readonly uid: number;
  readonly gids: readonly number[];
}

/**
 * Who may open a node.
 * @param match what a udev rule finds it by beside its subsystem
 * @param user another than the one that runs this program, whose rights are judged by mode, user and group alone
 */
export function accessOf(node: string, kind: NodeKind, match = '', user?: User): Access {
  const rule = `SUBSYSTEM=="${kind.subsystem}", ${match}GROUP="${kind.group}", MODE="0660", TAG+="uaccess"`;
  let stat: Stats;
  try {
    stat = statSync(node);
  } catch {
    return { allowed: false, owner: undefined, remedy: undefined, rule };
  }
  const group = nameOf('/etc/group', stat.gid);
  const mode = (stat.mode & 0o777).toString(8).padStart(4, '0');
  const owner = `${nameOf('/etc/passwd', stat.uid) ?? stat.uid}:${group ?? stat.gid} ${mode}`;
  const allowed = user === undefined ? mayOpen(node) : mayByMode(stat, user);
  return { allowed, owner, remedy: allowed ? undefined : remedyFor(stat, group, rule), rule };
}

/** What gives the right to open a node. */
function remedyFor({ mode, gid }: Stats, group: string | undefined, rule: string): string {
  if (gid !== 0 && group !== undefined && (mode & 0o060) === 0o060)
    return `sudo adduser ${userName()} ${group}, and log in again`;
  return `put ${rule} into /etc/udev/rules.d/70-dtbus.rules, run sudo udevadm control --reload, and plug it in again`;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return '$USER';
  }
}

function mayOpen(node: string): boolean {
  try {
    accessSync(node, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function mayByMode({ mode, uid, gid }: Stats, user: User): boolean {
  if (user.uid === 0) return true;
  const shift = user.uid === uid ? 6 : user.gids.includes(gid) ? 3 : 0;
  return ((mode >> shift) & 0o6) === 0o6;
}

/** The name of a user or group. */
function nameOf(file: string, id: number): string | undefined {
  try {
    const lines = readFileSync(file, 'utf8').split('\n');
    return lines.find((line) => line.split(':')[2] === String(id))?.split(':')[0];
  } catch {
    return undefined;
  }
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
    if (code !== 'EACCES' && code !== 'EPERM') return missing(cause);
    const { remedy = 'run as root' } = accessOf(node, kind);
    return new BusFault('EACCES', `no permission to open ${node}: ${remedy}`, { cause });
  }
}

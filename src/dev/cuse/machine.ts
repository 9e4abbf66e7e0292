import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  existsSync,
  open,
  openSync,
  readdirSync,
  writeFileSync,
} from 'node:fs';
import type { DevNode } from '../node-registry.ts';

export interface CuseOptions {
  /** Permissions of the nodes; without them only root may open them. */
  readonly mode?: number | undefined;
  /** Group that the nodes are given to. */
  readonly gid?: number | undefined;
  /** Told of a node that is gone, unbidden, while others are there. */
  readonly onWarning?: ((sentence: string) => void) | undefined;
}

/** No node can be made, and what to do about it. */
export class CuseError extends Error {
  constructor(sentence: string, options?: ErrorOptions) {
    super(sentence, options);
    this.name = 'CuseError';
  }
}

/** The kernel does not take a node. */
export class NodeRejected extends CuseError {
  constructor(name: string) {
    super(`/dev/${name}: the kernel rejected the node; its name may be taken`);
  }
}

/**
 * @param access as node:fs has it
 * @throws {CuseError} when this machine or this user cannot make nodes
 */
export function checkCuse(device = '/dev/cuse', access: typeof accessSync = accessSync): void {
  if (!existsSync(device))
    throw new CuseError(
      `${device} is missing: on Linux load it with "modprobe cuse" (kernel option CONFIG_CUSE); other systems have no CUSE`,
    );
  try {
    access(device, constants.R_OK | constants.W_OK);
  } catch (cause) {
    throw new CuseError(
      `this user may not open ${device}: run as root, or add the udev rule KERNEL=="cuse", GROUP="plugdev", MODE="0660"`,
      { cause },
    );
  }
}

/**
 * The number of a bus below `/dev`: its own where no other program's node has it, else the first one above
 * all that are taken.
 * @param names what is in `/dev`
 */
export function freeNumber(kind: 'i2c' | 'spi', number: number, names: readonly string[]): number {
  const pattern = kind === 'i2c' ? /^i2c-(\d+)$/ : /^spidev(\d+)\.\d+$/;
  const taken = names.flatMap((name) => {
    const [, digits] = pattern.exec(name) ?? [];
    return digits === undefined ? [] : [Number(digits)];
  });
  return taken.includes(number) ? Math.max(...taken) + 1 : number;
}

/** Other processes make nodes too: so often another number is tried. */
const TRIES = 8;

/**
 * Makes the nodes of one adapter after another, each adapter with a number that is free when its turn comes; where
 * the kernel rejects a name, as another process has just taken it, with another number.
 * @param make throws `NodeRejected` where the kernel does not take the node
 * @param unmake takes one away that was made
 * @param inDev what is in `/dev`
 * @throws what `make` throws; then none is left
 */
export async function makeNodes<Made>(
  nodes: readonly DevNode[],
  make: (node: DevNode, name: string) => Promise<Made>,
  unmake: (made: Made) => Promise<void> | void,
  inDev: () => readonly string[] = () => readdirSync('/dev'),
): Promise<Made[]> {
  const made: Made[] = [];
  const given: string[] = [];
  const unmakeFrom = async (count: number) => {
    await Promise.all(made.splice(count).map(unmake));
  };
  for (const adapter of new Set(nodes.map((node) => node.adapter))) {
    const own = nodes.filter((node) => node.adapter === adapter);
    const before = made.length;
    for (let tries = 1; made.length < before + own.length; tries++) {
      const number = freeNumber(own[0]?.kind ?? 'i2c', adapter.number, [...inDev(), ...given]);
      try {
        for (const node of own) {
          const name = node.kind === 'i2c' ? `i2c-${number}` : `spidev${number}.${node.chipSelect}`;
          given.push(name);
          made.push(await make(node, name));
        }
      } catch (thrown) {
        const again = thrown instanceof NodeRejected && tries < TRIES;
        await unmakeFrom(again ? before : 0);
        if (!again) throw thrown;
      }
    }
  }
  return made;
}

/** What the machine has to do with it; tests put something else in its place. */
export interface CuseMachine {
  /** Opens `/dev/cuse`, so that reading waits, or does not. */
  open(options?: { readonly nonBlocking: boolean }): number;
  /** Lets go of whoever reads it: the thread that serves `/dev/NAME`. @throws {Error} */
  abort(name: string): void;
}

export const LINUX: CuseMachine = {
  open: ({ nonBlocking } = { nonBlocking: false }) =>
    openSync('/dev/cuse', nonBlocking ? constants.O_RDWR | constants.O_NONBLOCK : constants.O_RDWR),
  abort: (name) => writeFileSync(`/sys/class/cuse/${name}/abort`, '1'),
};

/** @throws {CuseError} when this user may not */
export function setPermissions(path: string, { gid, mode }: CuseOptions): void {
  try {
    if (gid !== undefined) chownSync(path, 0, gid);
    if (mode !== undefined) chmodSync(path, mode);
  } catch (cause) {
    throw new CuseError(`cannot set the permissions of ${path}`, { cause });
  }
}

/** A kernel, or a program, takes nodes away one after another: those within this time, in ms, are told of together. */
const TOGETHER_MS = 200;

/** Tells of nodes that were taken away: in one sentence for each adapter, and not at all where none is left, which ends its program. */
export class LostNodes {
  readonly #tell: (sentence: string) => void;
  readonly #isLast: () => boolean;
  /** Names below `/dev`, by adapter. */
  readonly #lost = new Map<DevNode['adapter'], string[]>();
  #timer: NodeJS.Timeout | undefined;

  /** @param isLast whether no node is left, or all are being taken away */
  constructor(tell: (sentence: string) => void, isLast: () => boolean) {
    this.#tell = tell;
    this.#isLast = isLast;
  }

  /** @param name below `/dev` */
  add({ adapter }: DevNode, name: string): void {
    this.#lost.set(adapter, [...(this.#lost.get(adapter) ?? []), name]);
    this.#timer ??= setTimeout(this.#told, TOGETHER_MS).unref();
  }

  readonly #told = (): void => {
    this.#timer = undefined;
    const lost = [...this.#lost.values()];
    this.#lost.clear();
    if (!this.#isLast()) for (const names of lost) this.#tell(takenAway(names));
  };
}

function takenAway(names: readonly string[]): string {
  const [verb, them] = names.length === 1 ? ['is', 'it'] : ['are', 'them'];
  const listed = names.map((name) => `/dev/${name}`).join(', ');
  return `${listed} ${verb} gone: another program has taken ${them} away; run dtbus up again`;
}

/** Wakes whoever serves `/dev/NAME`, for the last time. @returns whether the node is gone with it */
export function releaseThread(name: string, machine: CuseMachine): boolean {
  try {
    machine.abort(name);
    return true;
  } catch {
    // Without sysfs: opening the node wakes its thread, which then sees that it is to end.
    open(`/dev/${name}`, () => {});
    return false;
  }
}

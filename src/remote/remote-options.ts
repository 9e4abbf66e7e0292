import { hostname, userInfo } from 'node:os';
import type { Duplex } from 'node:stream';
import type { Told } from './frames.ts';

/** How a user comes to a host, and as whom. */
export interface RemoteOptions {
  /** The host, for sentences: `ssh://bench3`. */
  readonly name: string;
  /** Makes a new stream to it. @throws {BusFault} */
  readonly open: () => Promise<Duplex>;
  readonly who: string;
  readonly token?: string;
  /** A lease to take part in. */
  readonly lease?: string;
  /** Told that a lease has ended before it was given back. */
  readonly onLost?: (reason: string) => void;
  /** Told of edges of watched lines, at this machine's time as far as that is known (ns of CLOCK_MONOTONIC). */
  readonly onEdge?: (edge: Told<'edge'>, atNs: bigint) => void;
  /** Told what happens on a board that is watched, and how many events behind it were lost. */
  readonly onHappened?: (records: Uint8Array, lost: number) => void;
  /** Told that the stream has ended. */
  readonly onEnd?: () => void;
  /** Told who is before this user in the queue. */
  readonly onQueued?: (queued: Told<'queued'>) => void;
}

/** The user and the machine, for who else wants the bus. */
export function whoAmI(): string {
  return `${process.env['USER'] || userName()}@${hostname()}`;
}

/** In a container a user may have a number and no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.()}`;
  }
}

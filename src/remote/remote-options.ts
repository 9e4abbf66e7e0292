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
  /** Told who is before this user in the queue. */
  readonly onQueued?: (queued: Told<'queued'>) => void;
}

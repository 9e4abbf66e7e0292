import type { BusFault, I2cMessage, SpiTransfer } from '../bus/index.ts';
import type { TracedEdge, TracedTransfer } from './event.ts';

/** A transfer as its bus tells of it. Buffers are views of the request: who keeps them copies them. */
export interface TransferRecord
  extends Pick<
    TracedTransfer,
    'client' | 'startedMs' | 'queuedMs' | 'wireMs' | 'attempts' | 'stretchedNs' | 'struck'
  > {
  /** Path of its node. */
  readonly bus: string;
  readonly messages?: readonly I2cMessage[] | undefined;
  readonly chipSelect?: number | undefined;
  readonly transfers?: readonly SpiTransfer[] | undefined;
  readonly fault: BusFault | undefined;
}

/** An edge as its controller tells of it. */
export type EdgeRecord = Omit<TracedEdge, 'kind' | 'sequence'>;

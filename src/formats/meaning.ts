import { partReaders, type WatchedTransfer, watched } from '../trace/decode.ts';
import type { TracedBus, TracedTransfer } from '../trace/index.ts';

/** Says what a transfer means. */
export type Meaning = (transfer: TracedTransfer) => WatchedTransfer;

/** Reads the transfers of these buses by the data sheets of their parts. */
export async function meaningOn(buses: readonly TracedBus[]): Promise<Meaning> {
  const readers = await partReaders(buses);
  return (transfer) =>
    watched(transfer, buses[transfer.bus] as TracedBus, readers[transfer.bus] ?? new Map());
}

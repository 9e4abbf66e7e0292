import { randomUUID } from 'node:crypto';
import type { HistorySource } from '../../lab/index.ts';
import { FrameWriter } from '../fields.ts';
import { decodeTold, putFrame, type Told, type ToldFrame, VERSION } from '../frames.ts';
import type { ShareSource } from '../share-source.ts';

const OF_THIS_VERSION = `v${VERSION}-`;

/** A name of a run of a board's host, by which its history and its live trace are known to be of one. */
export const runName = (): string => `${OF_THIS_VERSION}${randomUUID()}`;

/** Whether what such a run has kept can be read. */
export const isReadable = (run: string): boolean => run.startsWith(OF_THIS_VERSION);

/** Begins to trace a board for its history: the frames by which a watcher is told, without their length. */
export function historySource(source: ShareSource): HistorySource {
  const trace = source.trace([], []);
  const { board, sequence, only } = trace;
  return {
    run: source.run,
    board: bytesOf({ kind: 'watching', id: 0, board, run: source.run, sequence, only }),
    take: () => {
      const records = trace.take();
      return records && bytesOf({ kind: 'happened', records, lost: 0 });
    },
    get dropped() {
      return trace.dropped;
    },
    end: () => trace.end(),
  };
}

function bytesOf(frame: ToldFrame): Uint8Array {
  const writer = new FrameWriter();
  putFrame(writer, frame);
  return writer.finish().subarray(4);
}

/** What a message of a history has; undefined: neither. @throws {BusFault} `EPROTO` it is none of this version */
export function keptFrame(bytes: Buffer): Told<'watching'> | Told<'happened'> | undefined {
  const frame = decodeTold(bytes);
  return frame.kind === 'watching' || frame.kind === 'happened' ? frame : undefined;
}

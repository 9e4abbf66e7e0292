import { RecordingWriter, type WriterOptions } from '../recording/index.ts';
import type { WatchedTransfer } from '../trace/decode.ts';
import type { TracedBus, TracedTransfer } from '../trace/index.ts';
import type { Captured } from './captured.ts';

/** What a comment says of a transfer. */
type Comment = (transfer: TracedTransfer) => Pick<WatchedTransfer, 'part' | 'text'>;

/** Writes what happened as a recording. `meaning`: for its comments; undefined: none. */
export function writeRecording(
  captured: Captured,
  put: (text: Uint8Array) => void,
  options: WriterOptions & { readonly meaning?: Comment | undefined },
): void {
  const { buses, board, events, beganMs } = captured;
  const writer = new RecordingWriter(put, { ...options, isDated: beganMs !== undefined });
  const tree = board && { file: board.file, sha256: board.sha256 };
  writer.head({ tree, clock: board?.clock, buses });
  for (const { what } of events) {
    if (what.kind === 'lost') writer.lost(what.count);
    else if (what.kind === 'edge') writer.edge(what);
    else {
      const { part = '', text = '' } = options.meaning?.(what) ?? {};
      writer.transfer(buses[what.bus] as TracedBus, what, part === '' ? '' : `${part}: ${text}`);
    }
  }
  writer.end();
}

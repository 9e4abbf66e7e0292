import { BlockEvent, RecordBlock, type TraceEvent } from '../../trace/index.ts';
import type { ControlEvent } from './protocol.ts';

/** Tells of each record, and how many events behind them were lost. @throws {RangeError} they are none */
export function tellRecords(
  board: number,
  records: Uint8Array<ArrayBuffer>,
  told: (event: ControlEvent) => void,
  lost = 0,
): void {
  const block = new RecordBlock(records);
  for (let from = 0; from < block.length; ) {
    const end = block.endOf(from);
    told(new Happened(board, block, from, end));
    from = end;
  }
  if (lost > 0) told({ event: 'lost', board, count: lost });
}

/** An event of `ControlEvent`. */
class Happened extends BlockEvent {
  readonly event = 'happened';
  readonly board: number;
  readonly record: () => Uint8Array<ArrayBuffer>;
  #what: TraceEvent | undefined;

  constructor(board: number, block: RecordBlock, from: number, end: number) {
    super(block, from, end);
    this.board = board;
    this.record = () => block.record(from, end);
  }

  override get what(): TraceEvent {
    this.#what ??= super.what;
    return this.#what;
  }
}

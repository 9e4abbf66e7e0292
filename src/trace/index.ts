export type { TracedBoard, TracedBus, TracedPart } from './board.ts';
export type { TracedBytes, TracedEdge, TracedSegment, TracedTransfer, TraceEvent } from './event.ts';
export { TraceReader } from './reader.ts';
export type { EdgeRecord, TransferRecord } from './record.ts';
export { type AlikeTransfer, BlockEvent, RecordBlock, type ToldEvent } from './record-block.ts';
export { RecordReader } from './records.ts';
export { traceMemory } from './ring.ts';
export { TraceWriter } from './writer.ts';

export {
  type RecordedBus,
  type RecordedBytes,
  type RecordedEdge,
  type RecordedEntry,
  type RecordedLine,
  type RecordedLoss,
  type RecordedPart,
  type RecordedSegment,
  type RecordedTransfer,
  type RecordedTree,
  type RecordingHead,
  recordedBusName,
} from './recorded.ts';
export { RecordingError } from './recording-error.ts';
export { parseRecordedLine } from './text/entry.ts';
export { LineError } from './text/parse-transfer.ts';
export { Recording, type RecordingSummary } from './text/recording.ts';
export {
  RecordingWriter,
  type WriterOptions,
  type WrittenHead,
  type WrittenTransfer,
} from './text/recording-writer.ts';
export { transferText } from './text/transfer-text.ts';

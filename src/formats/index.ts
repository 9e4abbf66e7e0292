export type { Captured, CapturedEvent } from './captured.ts';
export {
  FORMATS,
  type FormatName,
  formatOf,
  formatsThat,
  type ReadOptions,
  readTrace,
  type WriteOptions,
  withParts,
  writeTrace,
} from './convert.ts';
export { capturedFrom, tracedBusesOf, tracedOf } from './from-recording.ts';
export { type Meaning, meaningOn } from './meaning.ts';
export { Capture } from './pcapng/capture.ts';
export { CaptureError } from './pcapng/packets.ts';

export type { Captured, CapturedEvent } from './captured.ts';
export {
  FORMATS,
  type FormatName,
  formatOf,
  formatsThat,
  type ReadOptions,
  readTrace,
  traceOf,
  type WriteOptions,
  withParts,
  writeTrace,
} from './convert.ts';
export { capturedFrom, tracedBusesOf, tracedOf } from './from-recording.ts';
export { type Meaning, meaningOn } from './meaning.ts';
export { Capture } from './pcapng/capture.ts';
export { CaptureError } from './pcapng/packets.ts';
export { SampleWriter } from './sigrok/sample-writer.ts';
export { LiveDrawing, type LiveWave } from './wave/live-drawing.ts';
export { TICK_NS, type WaveEdge } from './wave/pen.ts';

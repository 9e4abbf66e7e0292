import { oneLine } from '../../input/index.ts';
import type { Captured } from '../captured.ts';
import type { Drawing } from '../wave/drawing.ts';
import { TICK_NS } from '../wave/pen.ts';
import { SampleWriter } from './sample-writer.ts';
import { ZipWriter } from './zip.ts';

/** Bytes of samples in a file of the session. */
const CHUNK = 4 << 20;

/** Writes a drawing as a session of sigrok (`.sr`, version 2). @throws {WaveError} it becomes too large */
export function writeSigrok(captured: Captured, drawing: Drawing, put: (bytes: Uint8Array) => void): void {
  const { all } = drawing.lanes;
  const unit = Math.max(1, Math.ceil(all.length / 8));
  const zip = new ZipWriter(put);
  zip.add('version', Buffer.from('2'));
  // Keys are read in order: the file comes first.
  const lines = [
    '[global]',
    'sigrok version=0.5.2',
    '',
    '[device 1]',
    'capturefile=logic-1',
    `total probes=${all.length}`,
    `samplerate=${1000 / TICK_NS} MHz`,
    'total analog=0',
    ...all.map(({ name }, lane) => `probe${lane + 1}=${oneLine(name)}`),
    `unitsize=${unit}`,
    '',
  ];
  zip.add('metadata', Buffer.from(lines.join('\n')));
  let chunks = 0;
  const samples = new SampleWriter(
    all.map(({ idle }) => idle),
    { unit, chunk: CHUNK },
    (chunk) => zip.add(`logic-1-${++chunks}`, chunk),
  );
  let last = 0;
  for (const step of drawing.steps(captured)) {
    if (!('lane' in step)) continue;
    samples.hold(step.tick - last);
    last = step.tick;
    samples.set(step.lane, step.high);
  }
  samples.hold(1);
  samples.flush();
  zip.end();
}

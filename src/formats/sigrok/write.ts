import { oneLine } from '../../input/index.ts';
import type { Drawing } from '../wave/drawing.ts';
import { TICK_NS } from '../wave/pen.ts';
import { ZipWriter } from './zip.ts';

/** Bytes of samples in a file of the session. */
const CHUNK = 4 << 20;

/** Writes samples of a drawing, all levels of a moment beside each other. */
export class SampleWriter {
  readonly #put: (chunk: Uint8Array) => void;
  readonly #chunk: Uint8Array;
  readonly #sample: Uint8Array;
  #at = 0;

  /** @param unit bytes of a sample @param put takes a full chunk, or the last one; it is only good until it returns */
  constructor(idle: readonly boolean[], unit: number, put: (chunk: Uint8Array) => void) {
    this.#put = put;
    this.#chunk = new Uint8Array(CHUNK - (CHUNK % unit));
    this.#sample = new Uint8Array(unit);
    idle.forEach((high, lane) => {
      this.set(lane, high);
    });
  }

  set(lane: number, high: boolean): void {
    const mask = 1 << (lane & 7);
    const byte = this.#sample[lane >> 3] as number;
    this.#sample[lane >> 3] = high ? byte | mask : byte & ~mask;
  }

  /** So many samples of the levels that there are now. */
  hold(samples: number): void {
    const unit = this.#sample.length;
    for (let left = samples; left > 0; ) {
      const room = (this.#chunk.length - this.#at) / unit;
      const count = Math.min(room, left);
      fill(this.#chunk.subarray(this.#at, this.#at + count * unit), this.#sample);
      this.#at += count * unit;
      left -= count;
      if (this.#at === this.#chunk.length) this.flush();
    }
  }

  flush(): void {
    if (this.#at > 0) this.#put(this.#chunk.subarray(0, this.#at));
    this.#at = 0;
  }
}

function fill(into: Uint8Array, sample: Uint8Array): void {
  if (sample.length === 1) into.fill(sample[0] as number);
  else Buffer.from(into.buffer, into.byteOffset, into.byteLength).fill(sample);
}

/** Writes a drawing as a session of sigrok (`.sr`, version 2). @throws {WaveError} it becomes too large */
export function writeSigrok(drawing: Drawing, put: (bytes: Uint8Array) => void): void {
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
    unit,
    (chunk) => zip.add(`logic-1-${++chunks}`, chunk),
  );
  let last = 0;
  for (const step of drawing.steps()) {
    if (!('lane' in step)) continue;
    samples.hold(step.tick - last);
    last = step.tick;
    samples.set(step.lane, step.high);
  }
  samples.hold(1);
  samples.flush();
  zip.end();
}

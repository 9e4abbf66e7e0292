import { type Wave, type WaveChange, WaveError } from '../wave/samples.ts';
import { type ZipEntry, zipEntries } from './zip.ts';

/** Most bytes of samples in one file of a session, and in all. */
const CHUNK_MAX = 2 ** 28;
const SAMPLES_MAX = 2 ** 32;
const SECOND_NS = 1e9;
const RATES: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9 };

/** Reads a session of sigrok (`.sr`, version 1 or 2): its logic channels. @throws {WaveError} */
export function readSigrok(file: Uint8Array): Wave {
  const entries = zipEntries(file);
  const metadata = entries.get('metadata');
  if (metadata === undefined || metadata.size > 1 << 20)
    throw new WaveError('not a session of sigrok: expected a file metadata in it');
  const { names, rate, unit, capture } = metadataOf(Buffer.from(metadata.contents()).toString('utf8'));
  const chunks = chunksOf(entries, capture);
  return {
    names,
    idle: idleOf(chunks[0], names.length),
    steps: { [Symbol.iterator]: () => stepsOf(chunks, { unit, rate, lanes: names.length }) },
  };
}

/** The levels of the first sample. What was unpacked for it is kept no longer. */
function idleOf(chunk: ZipEntry | undefined, lanes: number): boolean[] {
  const first = chunk?.contents();
  return Array.from({ length: lanes }, (_, lane) => (((first?.[lane >> 3] ?? 0xff) >> (lane & 7)) & 1) === 1);
}

function metadataOf(text: string) {
  const keys = new Map<string, string>();
  for (const line of text.split('\n')) {
    const at = line.indexOf('=');
    if (at > 0) keys.set(line.slice(0, at).trim(), line.slice(at + 1).trim());
  }
  const number = (key: string, most: number) => {
    const value = Number(keys.get(key));
    if (Number.isInteger(value) && value >= 1 && value <= most) return value;
    throw new WaveError(
      `invalid ${key} in metadata: expected 1 to ${most}, got ${keys.get(key) ?? 'nothing'}`,
    );
  };
  const probes = number('total probes', 512);
  const names = Array.from({ length: probes }, (_, lane) => keys.get(`probe${lane + 1}`) ?? `D${lane}`);
  const unit = number('unitsize', 64);
  if (unit * 8 < probes)
    throw new WaveError(`invalid unitsize in metadata: ${probes} probes need more than ${unit}`);
  const [, amount, prefix = ''] =
    /^(\d+(?:\.\d+)?)\s*([kMG]?)(?:Hz)?$/i.exec(keys.get('samplerate') ?? '') ?? [];
  const rate = Number(amount) * (RATES[prefix.toLowerCase()] ?? 1);
  if (!(rate > 0))
    throw new WaveError(
      `invalid samplerate in metadata: expected one such as 1 MHz, got ${keys.get('samplerate') ?? 'nothing'}`,
    );
  return { names, rate, unit, capture: keys.get('capturefile') ?? 'logic-1' };
}

/** `logic-1`, or `logic-1-1`, `logic-1-2`, … */
function chunksOf(entries: ReadonlyMap<string, ZipEntry>, capture: string): readonly ZipEntry[] {
  const whole = entries.get(capture);
  const chunks: ZipEntry[] = whole === undefined ? [] : [whole];
  for (
    let next = entries.get(`${capture}-1`);
    next !== undefined;
    next = entries.get(`${capture}-${chunks.length + 1}`)
  )
    chunks.push(next);
  if (chunks.length === 0) throw new WaveError(`not found: ${capture} or ${capture}-1 in the session`);
  const large = chunks.find(({ size }) => size > CHUNK_MAX);
  if (large !== undefined) throw new WaveError(`${large.name} is larger than ${CHUNK_MAX} bytes`);
  if (chunks.reduce((sum, { size }) => sum + size, 0) > SAMPLES_MAX)
    throw new WaveError(`the session has more than ${SAMPLES_MAX} bytes of samples`);
  return chunks;
}

interface Layout {
  readonly unit: number;
  readonly rate: number;
  readonly lanes: number;
}

function* stepsOf(chunks: readonly ZipEntry[], { unit, rate, lanes }: Layout): Generator<WaveChange> {
  const levels: boolean[] = new Array(lanes).fill(true);
  const last = new Uint8Array(unit);
  let sample = 0;
  let isFirst = true;
  for (const chunk of chunks) {
    const bytes = chunk.contents();
    const end = bytes.length - (bytes.length % unit);
    for (let at = 0; at < end; at += unit) {
      if (!isFirst) {
        const from = at;
        at = nextChange(bytes, at, last);
        sample += (at - from) / unit;
        if (at >= end) break;
      }
      isFirst = false;
      for (let i = 0; i < unit; i++) last[i] = bytes[at + i] as number;
      for (let lane = 0; lane < lanes; lane++)
        levels[lane] = (((last[lane >> 3] as number) >> (lane & 7)) & 1) === 1;
      yield { atNs: (sample * SECOND_NS) / rate, levels };
      sample++;
    }
  }
}

/** Where the first sample from `from` on lies that is another one than `last`; the length of the whole ones where none is. */
function nextChange(bytes: Uint8Array, from: number, last: Uint8Array): number {
  const unit = last.length;
  const end = bytes.length - (bytes.length % unit);
  const first = last[0];
  for (let at = from; at < end; at += unit) {
    if (bytes[at] !== first) return at;
    for (let i = 1; i < unit; i++) if (bytes[at + i] !== last[i]) return at;
  }
  return end;
}

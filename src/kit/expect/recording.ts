import { writeFileSync } from 'node:fs';
import { writeRecording } from '../../formats/to-recording.ts';
import { type FilePath, filePath, fileTrouble, writeFault } from '../../input/index.ts';
import { type RecordedTransfer, Recording, transferText } from '../../recording/index.ts';
import { PartQueue } from '../../replay/part-queue.ts';
import { type Trafficked, trafficOf } from '../expectations.ts';
import { failure } from '../failure.ts';
import { fitsTransfer } from '../line-pattern.ts';
import type { Seen, SeenEdge, SeenTransfer, Traffic } from '../traffic.ts';
import { isUpdating } from './update.ts';

/** Differences that a message names. */
const NAMED = 10;

/**
 * What happened is what a recording has, by the rules of a replay: strict within a part and a line, in any order between them,
 * with `??`, `*`, `repeat`, `optional` and `any { }`; times do not count, nor do lines that it does not declare.
 * `DTBUS_UPDATE=1`, and `-u` of vitest, write the file. @throws {AssertionError} @throws {RecordingError} it cannot be read, is cut or has lost events
 */
export function assertRecording(subject: Trafficked, file: FilePath): void {
  const traffic = trafficOf(subject);
  const path = filePath('file', file);
  const isThere = fileTrouble(path)?.kind !== 'absent';
  const differences = isThere ? compare(Recording.read(path), traffic) : [`not found: ${path}`];
  if (differences.length === 0) return;
  if (isUpdating()) {
    write(path, traffic);
    return;
  }
  const more = differences.length > NAMED ? [`and ${differences.length - NAMED} more differences`] : [];
  const remedy = 'run it with DTBUS_UPDATE=1, or vitest with -u, to take what happened';
  const sentence = [...differences.slice(0, NAMED), ...more, remedy].join('\n');
  throw failure({ sentence, expected: [], traffic }, assertRecording);
}

function compare(recording: Recording, traffic: Traffic): string[] {
  const { file, summary } = recording;
  if (summary.cut !== undefined || summary.lost > 0) {
    const why = summary.cut === undefined ? `${summary.lost} events were lost in it` : 'it is cut here';
    throw recording.error(summary.cut === undefined ? undefined : summary.lines, `${why}; record it again`);
  }
  const parts = new Map<string, PartQueue<SeenTransfer>>();
  const edges = new Map<string, { readonly line: number; readonly high: boolean }[]>();
  for (const { entry, offset } of recording.entries()) {
    const { what, line } = entry;
    if (what.kind === 'edge') add(edges, what.name, { line, high: what.high });
    else if (what.kind === 'transfer') {
      const key = keyOf(what);
      const queue = parts.get(key) ?? new PartQueue<SeenTransfer>(recording, fitsTransfer);
      parts.set(key, queue);
      queue.add(entry, offset);
    }
  }
  const differences: string[] = [];
  const take = (event: Seen) => {
    const difference =
      event.kind === 'edge'
        ? takeEdge(recording, edges.get(event.name), event)
        : takeTransfer(file, parts.get(keyOf(event)), event);
    if (difference !== undefined) differences.push(difference);
  };
  traffic.events.forEach(take);
  const left = [...parts.values()].flatMap((queue) => queue.left);
  for (const more of edges.values()) left.push(...more.map(({ line }) => line));
  left.sort((a, b) => a - b);
  // Of one that something else happened in the place of, that is said.
  const unsaid = left.filter((line) => !differences.some((said) => said.startsWith(`${file}:${line}: `)));
  return [...differences, ...unsaid.map((line) => `${file}:${line}: did not happen`)];
}

function add<Item>(lists: Map<string, Item[]>, key: string, item: Item): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}

function takeTransfer(
  file: string,
  queue: PartQueue<SeenTransfer> | undefined,
  event: SeenTransfer,
): string | undefined {
  if (queue?.take(event) !== undefined) return undefined;
  const { bus, segments, errno, nack, part, text } = event;
  const got = `got ${transferText({ bus, segments, fault: errno, nack })}${part === '' ? '' : ` (${part}: ${text})`}`;
  if (queue === undefined) return `${file}: expected no transfer to it; ${got}`;
  const { expected } = queue;
  return expected === undefined
    ? `${file}:${queue.lastLine}: expected no transfer to it after this one; ${got}`
    : `${file}:${expected.line}: expected ${transferText(expected.transfer)}; ${got}`;
}

function takeEdge(
  { file, head }: Recording,
  edges: { readonly line: number; readonly high: boolean }[] | undefined,
  { name, high }: SeenEdge,
): string | undefined {
  if (!head.lines.has(name)) return undefined;
  const next = edges?.[0];
  if (next?.high === high) {
    edges?.shift();
    return undefined;
  }
  const got = `got ${name} ${high ? 'rises' : 'falls'}`;
  if (next === undefined) return `${file}: expected no further edge of it; ${got}`;
  return `${file}:${next.line}: expected ${name} ${next.high ? 'rises' : 'falls'}; ${got}`;
}

function keyOf({ bus, segments: [first] }: Pick<RecordedTransfer, 'bus' | 'segments'>): string {
  return `${bus} ${first?.target} ${first?.tenBit}`;
}

function write(path: string, traffic: Traffic): void {
  const captured = traffic.captured();
  const pieces: Uint8Array[] = [];
  const texts = new Map(traffic.transfers.map(({ sequence, part, text }) => [sequence, { part, text }]));
  writeRecording(captured, (piece) => pieces.push(piece), {
    meaning: ({ sequence }) => texts.get(sequence) ?? { part: '', text: '' },
  });
  try {
    writeFileSync(path, Buffer.concat(pieces));
  } catch (thrown) {
    throw new Error(writeFault(path, thrown), { cause: thrown });
  }
}

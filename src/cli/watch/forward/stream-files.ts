/**
 * How the processes of a command tell the one that records them what happens on their boards: by files of a folder that it
 * made. Each thread that opens boards has a mark, which says until when all is there, and chunks of what happened behind
 * each other. A chunk is there whole or not at all, and who reads it takes it away: what a process that is killed has written
 * stays.
 */
import { deserialize, serialize } from 'node:v8';
import type { TracedBoard, TracedBus } from '../../../board/index.ts';

/** What happened on the boards of a thread since its chunk before. */
export interface Chunk {
  /** Boards that have come up. `id` counts those of the thread. */
  readonly boards: readonly {
    readonly id: number;
    readonly buses: readonly TracedBus[];
    readonly board: TracedBoard;
  }[];
  /** Whole records of boards, in their order. */
  readonly records: readonly { readonly id: number; readonly bytes: Uint8Array<ArrayBuffer> }[];
  /** How many events of boards were lost so far. */
  readonly dropped: readonly { readonly id: number; readonly count: number }[];
  /** Boards that are closed. */
  readonly closed: readonly number[];
}

/** Behind the last chunk of a thread. */
export const ENDED_MS = Number.POSITIVE_INFINITY;

/** Bytes of a mark: when its first board came up, until when all is in chunks, in ms since 1970; how many boards have come up. */
export const MARK_BYTES = 24;
const BOARDS_AT = 16;

const MARK = /^(\d+)-(\d+)\.mark$/;
const CHUNK = /^(\d+-\d+)\.(\d+)$/;

/** A thread of a process, as its files are called. */
export function streamName(pid: number, threadId: number): string {
  return `${pid}-${threadId}`;
}

export function markName(stream: string): string {
  return `${stream}.mark`;
}

/** @param count of the chunks of a thread, from 0 */
export function chunkName(stream: string, count: number): string {
  return `${stream}.${count}`;
}

/** The thread whose mark a file is. */
export function markedStream(file: string): { readonly stream: string; readonly pid: number } | undefined {
  const [, pid, threadId] = MARK.exec(file) ?? [];
  return pid === undefined ? undefined : { stream: `${pid}-${threadId}`, pid: Number(pid) };
}

/** Which chunk of which thread a file is. */
export function chunkPlace(file: string): { readonly stream: string; readonly count: number } | undefined {
  const [, stream, count] = CHUNK.exec(file) ?? [];
  return stream === undefined ? undefined : { stream, count: Number(count) };
}

export function markBytes(beganMs: number, untilMs: number): Uint8Array {
  return new Uint8Array(Float64Array.of(beganMs, untilMs).buffer);
}

/** How many boards have come up, as a mark says it at `BOARDS_AT`. */
export function boardsBytes(count: number): { readonly bytes: Uint8Array; readonly at: number } {
  return { bytes: new Uint8Array(Float64Array.of(count).buffer), at: BOARDS_AT };
}

export function markOf(bytes: Uint8Array): {
  readonly beganMs: number;
  readonly untilMs: number;
  readonly boards: number;
} {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return {
    beganMs: view.getFloat64(0, true),
    untilMs: view.getFloat64(8, true),
    boards: view.getFloat64(BOARDS_AT, true),
  };
}

export const chunkBytes = (chunk: Chunk): Uint8Array => serialize(chunk);

export const chunkOf = (bytes: Uint8Array): Chunk => deserialize(bytes) as Chunk;

/** By the machine's clock, as boards tell it. */
export function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

import { createMemfd, type FileDescriptor, type Mapping } from '../../../os/index.ts';
import { type Inflight, VhostUserError } from '../messages/message.ts';
import { mapPart } from './map-part.ts';

/**
 * The inflight buffer (vhost-user, "Inflight I/O tracking"): a file of the front-end's keeping in which the
 * back-end notes which requests it holds, so that its successor knows after a crash. Per split ring:
 *
 *     u64 features  u16 version  u16 desc_num  u16 last_batch_head  u16 used_idx
 *     desc_num times: u8 inflight  u8 padding[5]  u16 next  u64 counter
 *
 * A request is noted before the device sees it and struck out after the used ring shows it. A crash between
 * the last two is noticed by `used_idx`, which lags behind the ring's own index then.
 */
const HEADER = {
  FEATURES: 0,
  VERSION: 8,
  DESC_NUM: 10,
  LAST_BATCH_HEAD: 12,
  USED_IDX: 14,
  BYTES: 16,
} as const;
const ENTRY = { INFLIGHT: 0, NEXT: 6, COUNTER: 8, BYTES: 16 } as const;
const VERSION = 1;
const ALIGN = 64;

/** Bytes for one ring of `queueSize`. */
function ringBytes(queueSize: number): number {
  return Math.ceil((HEADER.BYTES + ENTRY.BYTES * queueSize) / ALIGN) * ALIGN;
}

/** A fresh buffer, as GET_INFLIGHT_FD asks for. The caller closes the file. @throws {VhostUserError} */
export function createInflight(asked: Inflight): {
  readonly file: FileDescriptor;
  readonly answer: Inflight;
} {
  const { queues, queueSize, padded } = asked;
  if (queues === 0 || queueSize === 0)
    throw new VhostUserError('invalid inflight buffer: expected at least one ring and one entry');
  const mmapSize = ringBytes(queueSize) * queues;
  const file = createMemfd('dtbus-inflight', mmapSize);
  return { file, answer: { mmapSize, mmapOffset: 0, queues, queueSize, padded } };
}

/** An inflight buffer, mapped: SET_INFLIGHT_FD. */
export class InflightBuffer {
  readonly #mapping: Mapping;
  readonly #queueSize: number;
  readonly #view: DataView;
  readonly #queues: number;

  /** The file may be closed afterwards. @throws {VhostUserError} when it does not hold what it should. */
  constructor({ mmapSize, mmapOffset, queues, queueSize }: Inflight, file: FileDescriptor) {
    if (mmapSize < ringBytes(queueSize) * queues || mmapOffset % ENTRY.BYTES !== 0) {
      throw new VhostUserError(
        `invalid inflight buffer: ${mmapSize} bytes at ${mmapOffset} cannot hold ${queues} rings of ${queueSize}`,
      );
    }
    const { mapping, buffer } = mapPart(file, mmapOffset, mmapSize, 'inflight buffer');
    this.#mapping = mapping;
    this.#queues = queues;
    this.#queueSize = queueSize;
    this.#view = new DataView(buffer);
  }

  /** The notes of ring `index`, of `size` entries. @throws {VhostUserError} when it has no place for them. */
  ring(index: number, size: number): InflightRing {
    if (index >= this.#queues || size > this.#queueSize) {
      throw new VhostUserError(
        `ring ${index} of ${size} entries does not fit in an inflight buffer for ${this.#queues} of ${this.#queueSize}`,
      );
    }
    const { buffer, byteOffset } = this.#view;
    return new InflightRing(buffer, byteOffset + ringBytes(this.#queueSize) * index, size);
  }

  /** True once the front-end has taken the buffer's memory away. */
  get lost(): boolean {
    return this.#mapping.lost;
  }

  unmap(): void {
    this.#mapping.unmap();
  }
}

/** The notes on one ring. */
export class InflightRing {
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  readonly #size: number;
  #counter = 0;
  /** The first so many of these are staged on the used ring, not yet shown to the driver; what lies behind is left there. */
  #stagedCount = 0;
  readonly #staged: number[] = [];

  constructor(buffer: ArrayBufferLike, offset: number, size: number) {
    const length = HEADER.BYTES + ENTRY.BYTES * size;
    this.#view = new DataView(buffer, offset, length);
    this.#bytes = new Uint8Array(buffer, offset, length);
    this.#size = size;
  }

  /**
   * Heads of the requests that a predecessor had taken and not given back, oldest first. `usedIndex` is what
   * the used ring says now. A buffer that nobody has used yet is prepared.
   * @throws {VhostUserError} when it is of another version, or for another size.
   */
  recover(usedIndex: number): number[] {
    const view = this.#view;
    const version = view.getUint16(HEADER.VERSION, true);
    if (version === 0) {
      view.setUint16(HEADER.DESC_NUM, this.#size, true);
      view.setUint16(HEADER.USED_IDX, usedIndex, true);
      view.setUint16(HEADER.VERSION, VERSION, true);
      return [];
    }
    const entries = view.getUint16(HEADER.DESC_NUM, true);
    if (version !== VERSION || entries !== this.#size) {
      throw new VhostUserError(
        `invalid inflight buffer: expected version 1 and ${this.#size} entries, got ${version} and ${entries}`,
      );
    }
    this.#finishBatch(usedIndex);
    const heads: { head: number; counter: bigint }[] = [];
    for (let head = 0; head < this.#size; head++) {
      if (this.#bytes[entry(head) + ENTRY.INFLIGHT] === 0) continue;
      heads.push({ head, counter: view.getBigUint64(entry(head) + ENTRY.COUNTER, true) });
    }
    heads.sort((a, b) => (a.counter < b.counter ? -1 : 1));
    this.#counter = Number(heads.at(-1)?.counter ?? 0n) + 1;
    return heads.map(({ head }) => head);
  }

  /** Strikes out what the used ring shows already although its note is still there. */
  #finishBatch(usedIndex: number): void {
    const view = this.#view;
    const missing = (usedIndex - view.getUint16(HEADER.USED_IDX, true)) & 0xffff;
    let head = view.getUint16(HEADER.LAST_BATCH_HEAD, true);
    for (let i = 0; i < Math.min(missing, this.#size) && head < this.#size; i++) {
      this.#bytes[entry(head) + ENTRY.INFLIGHT] = 0;
      head = view.getUint16(entry(head) + ENTRY.NEXT, true);
    }
    view.setUint16(HEADER.USED_IDX, usedIndex, true);
  }

  /** The device is about to get the request. */
  taken(head: number): void {
    const view = this.#view;
    const at = entry(head) + ENTRY.COUNTER;
    const counter = this.#counter++;
    // Two words: a BigInt is an object that has to be made.
    view.setUint32(at, counter >>> 0, true);
    view.setUint32(at + 4, counter / 2 ** 32, true);
    Atomics.store(this.#bytes, entry(head) + ENTRY.INFLIGHT, 1);
  }

  /** The request is about to be put on the used ring. */
  staged(head: number): void {
    const view = this.#view;
    view.setUint16(entry(head) + ENTRY.NEXT, view.getUint16(HEADER.LAST_BATCH_HEAD, true), true);
    view.setUint16(HEADER.LAST_BATCH_HEAD, head, true);
    this.#staged[this.#stagedCount++] = head;
  }

  /** Whether anything is staged and not yet shown. */
  get hasStaged(): boolean {
    return this.#stagedCount > 0;
  }

  /** The used ring shows what was staged; its index is `usedIndex` now. */
  shown(usedIndex: number): void {
    const count = this.#stagedCount;
    if (count === 0) return;
    for (let i = 0; i < count; i++)
      Atomics.store(this.#bytes, entry(this.#staged[i] as number) + ENTRY.INFLIGHT, 0);
    this.#stagedCount = 0;
    this.#view.setUint16(HEADER.USED_IDX, usedIndex, true);
  }
}

function entry(head: number): number {
  return HEADER.BYTES + ENTRY.BYTES * head;
}

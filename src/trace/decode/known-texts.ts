import type { TracedBytes, TracedTransfer } from '../event.ts';
import { LONG_MS } from './notes.ts';

/** Transfers whose text is kept, and bytes of one that are looked at. */
const KEPT = 4096;
const BYTES = 32;

/** Texts of transfers that mean nothing but what they have: a register that is read again and again is described once. */
export class KnownTexts {
  readonly #texts = new Map<string, string>();

  /** @param make says what it means, and whether another that is the same but for its number and times would mean the same */
  textOf(
    transfer: TracedTransfer,
    make: () => { readonly text: string; readonly isOfItself: boolean },
  ): string {
    const key = keyOf(transfer);
    const known = key === undefined ? undefined : this.#texts.get(key);
    if (known !== undefined) return known;
    const { text, isOfItself } = make();
    if (key === undefined || !isOfItself) return text;
    if (this.#texts.size >= KEPT) this.#texts.clear();
    this.#texts.set(key, text);
    return text;
  }
}

/** The same for transfers that are the same but for numbers and times; undefined: it is long, or met something special. */
function keyOf(transfer: TracedTransfer): string | undefined {
  const { bus, segments, fault, attempts, stretchedNs, struck, queuedMs } = transfer;
  if (fault !== undefined || attempts > 1 || stretchedNs > 0 || struck.length > 0 || queuedMs >= LONG_MS)
    return undefined;
  let key = `${bus}`;
  for (const { target, tenBit, sent, received } of segments) {
    if (!isShort(sent) || !isShort(received)) return undefined;
    key += ` ${target}${tenBit ? 't' : ''}${textOf('w', sent)}${textOf('r', received)}`;
    if (key.length > BYTES * segments.length + BYTES) return undefined;
  }
  return key;
}

/** All of it was kept. */
const isShort = (bytes: TracedBytes | undefined): boolean =>
  bytes === undefined || (bytes.length <= BYTES && bytes.bytes.length === bytes.length);

/** A character for each byte, behind how many there are. */
function textOf(direction: string, traced: TracedBytes | undefined): string {
  if (traced === undefined) return '';
  let text = `${direction}${traced.length}:`;
  for (const byte of traced.bytes) text += String.fromCharCode(byte);
  return text;
}

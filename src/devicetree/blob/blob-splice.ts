import type { LiveNode } from '../tree/live-node.ts';
import { HEADER, TAG } from './blob-format.ts';

/** A property of a node that is in the blob. */
export interface PropertyValue {
  readonly node: LiveNode;
  readonly name: string;
  readonly value: Uint8Array;
}

/**
 * A blob of version 17 without padding, with another value of one property, as the writer would have written it.
 * Undefined where the blob does not have the property.
 */
export function spliceBlob(blob: Uint8Array, { node, name, value }: PropertyValue): Uint8Array | undefined {
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
  const at = findProperty(blob, view, node, name);
  if (at === undefined) return undefined;
  const from = at + 12;
  const oldEnd = from + aligned(view.getUint32(at + 4));
  const more = aligned(value.length) - (oldEnd - from);
  const spliced = new Uint8Array(blob.length + more);
  spliced.set(blob.subarray(0, from));
  spliced.set(value, from);
  spliced.set(blob.subarray(oldEnd), oldEnd + more);
  const header = new DataView(spliced.buffer);
  header.setUint32(at + 4, value.length);
  for (const field of [HEADER.totalsize, HEADER.off_dt_strings, HEADER.size_dt_struct])
    header.setUint32(field, view.getUint32(field) + more);
  return spliced;
}

function aligned(length: number): number {
  return (length + 3) & ~3;
}

/** Offset of the tag of a property of a node; undefined where the blob does not have it. */
function findProperty(blob: Uint8Array, view: DataView, node: LiveNode, name: string): number | undefined {
  const names: string[] = [];
  for (let above: LiveNode | undefined = node; above !== undefined; above = above.parent)
    names.unshift(above.name);
  const strings = view.getUint32(HEADER.off_dt_strings);
  let depth = 0;
  /** So many nodes of the path are open. */
  let matched = 0;
  for (let at = view.getUint32(HEADER.off_dt_struct); ; ) {
    const tag = view.getUint32(at);
    if (tag === TAG.PROP) {
      if (
        matched === names.length &&
        depth === matched &&
        isText(blob, strings + view.getUint32(at + 8), name)
      )
        return at;
      at += 12 + aligned(view.getUint32(at + 4));
    } else if (tag === TAG.BEGIN_NODE) {
      const wanted = matched === depth ? names[depth] : undefined;
      if (wanted !== undefined && isText(blob, at + 4, wanted)) matched++;
      depth++;
      at += 4 + aligned(blob.indexOf(0, at + 4) - at - 3);
    } else if (tag === TAG.END_NODE) {
      // The node was passed, or one above it.
      if (matched === depth) return undefined;
      depth--;
      at += 4;
    } else return undefined;
  }
}

/** The string at `at` is `text`, one character a byte. */
function isText(blob: Uint8Array, at: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (blob[at + i] !== text.charCodeAt(i)) return false;
  return blob[at + text.length] === 0;
}

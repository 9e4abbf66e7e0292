import type { Marker, MarkerKind, Property } from './tree.ts';
import { isTypeMarker } from './tree.ts';

/** A stretch of a property's value with one type, as the source wrote it or as it looks. */
export type ValueType = 'uint8' | 'uint16' | 'uint32' | 'uint64' | 'string';

/** Bytes an element of each type takes; a string's are of any number. */
export const WIDTH: Readonly<Record<ValueType, number>> = {
  uint8: 1,
  uint16: 2,
  uint32: 4,
  uint64: 8,
  string: 1,
};

/**
 * The property's markers with a type for every byte. The source says the types; a value from a blob or from a file
 * (`/incbin/`) gets those it looks like: strings, else cells, else bytes. References, which fixups of a blob
 * tell, are cells.
 *
 * A marker that comes twice, or a type where there is one, is left out, as in dtc.
 */
export function typedMarkers(property: Property): readonly Marker[] {
  const { value } = property;
  if (value.length === 0) return property.markers;
  const markers = property.markers.filter((_, i, all) => !isEmptyStretch(all, i, value.length));
  if (markers.some((marker) => isTypeMarker(marker.kind))) guessAroundFiles(markers, value);
  else guessAll(markers, value);
  return isPrintable(markers, value)
    ? markers
    : [marker('uint8', 0), ...markers.filter((m) => m.kind === 'label')];
}

/** A type that no byte has: that of `<>` beside something else. */
function isEmptyStretch(markers: readonly Marker[], index: number, length: number): boolean {
  const { kind, offset } = markers[index] as Marker;
  if (!isTypeMarker(kind)) return false;
  for (let i = index + 1; i < markers.length; i++) {
    const next = markers[i] as Marker;
    if (isTypeMarker(next.kind)) return next.offset === offset;
  }
  return offset === length;
}

function marker(kind: MarkerKind, offset: number): Marker {
  return { kind, offset, ref: undefined, loc: -1 };
}

/** Inserts a marker at or behind `from`, where its offset belongs. @returns the index behind it */
function insert(markers: Marker[], from: number, kind: MarkerKind, offset: number): number {
  let at = from;
  while (at < markers.length && (markers[at] as Marker).offset < offset) at++;
  if (markers[at]?.offset === offset && isTypeMarker((markers[at] as Marker).kind)) return at;
  markers.splice(at, 0, marker(kind, offset));
  return at + 1;
}

function guessAll(markers: Marker[], value: Uint8Array): void {
  let offset = 0;
  for (let i = 0; i < markers.length; i++) {
    const { kind, offset: here } = markers[i] as Marker;
    if (isTypeMarker(kind)) continue;
    if (here > offset) {
      i = insertGuess(markers, i, value, offset, here);
      offset = here;
    }
    if (kind === 'ref-phandle') {
      i = insert(markers, i, 'uint32', offset);
      offset = here + 4;
    }
  }
  if (offset < value.length) insertGuess(markers, markers.length, value, offset, value.length);
}

/** Contents of files stand at `none` markers: what is from there to the next type has the type it looks like. */
function guessAroundFiles(markers: Marker[], value: Uint8Array): void {
  for (let i = 0; i < markers.length; i++) {
    const { kind, offset } = markers[i] as Marker;
    if (kind !== 'none') continue;
    const end = markers.slice(i + 1).find((next) => next.kind === 'none' || isTypeMarker(next.kind));
    i = insertGuess(markers, i, value, offset, end?.offset ?? value.length);
  }
}

/** Inserts the types that `value` from `start` to `end` looks like. @returns the index of what was at `at` */
function insertGuess(markers: Marker[], at: number, value: Uint8Array, start: number, end: number): number {
  if (start >= end) return at;
  const types = guess(value, start, end);
  let next = at;
  for (const { kind, offset } of types) next = insert(markers, next, kind, offset);
  return next;
}

function guess(value: Uint8Array, start: number, end: number): readonly Marker[] {
  let ends = 0;
  let text = value[end - 1] === 0;
  for (let i = start; i < end && text; i++) {
    if (value[i] === 0) ends++;
    else text = isTextByte(value[i] as number);
  }
  const length = end - start;
  if (!text || ends > length - ends) return [marker(length % 4 === 0 ? 'uint32' : 'uint8', start)];
  const strings: Marker[] = [];
  for (let from = start; from < end; from = value.indexOf(0, from) + 1) strings.push(marker('string', from));
  return strings;
}

/** Printable ASCII, and the characters that C has an escape letter for. */
function isTextByte(byte: number): boolean {
  return (byte >= 0x20 && byte < 0x7f) || (byte >= 7 && byte <= 13);
}

/** False where a value is not what its markers say, as fixups of a strange blob may have it. */
function isPrintable(markers: readonly Marker[], value: Uint8Array): boolean {
  let type: ValueType | undefined;
  for (const [i, { kind, offset }] of markers.entries()) {
    if (isTypeMarker(kind)) type = kind as ValueType;
    const end = markers[i + 1]?.offset ?? value.length;
    if (end < offset || offset > value.length) return false;
    if (end === offset) continue;
    if (type === undefined || (end - offset) % WIDTH[type] !== 0) return false;
    if (type === 'string' && value[end - 1] !== 0) return false;
  }
  return true;
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a === b || (a.length === b.length && Buffer.compare(a, b) === 0);
}

/** Windows' editors put U+FEFF in front of a text, in UTF-8; like gcc, everything else takes no notice of it. */
export function withoutByteOrderMark(bytes: Uint8Array): Uint8Array {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}

const RETURN = 13;
const NEWLINE = 10;

/** What the C preprocessor reads of a file: as with gcc, a carriage return that no newline follows ends a line too. */
export function preprocessedBytes(bytes: Uint8Array): Uint8Array {
  const text = withoutByteOrderMark(bytes);
  let lines: Uint8Array | undefined;
  for (let at = text.indexOf(RETURN); at >= 0; at = text.indexOf(RETURN, at + 1)) {
    if (text[at + 1] === NEWLINE) continue;
    lines ??= text.slice();
    lines[at] = NEWLINE;
  }
  return lines ?? text;
}

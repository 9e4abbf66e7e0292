import { hexDigits } from '../../bus/words.ts';

/**
 * Lines as `hexdump -C` has them; runs of equal lines become a `*`, and the last line is the address behind the end.
 * `from`: the address of the first byte.
 */
export function* hexDump(bytes: Uint8Array, from = 0): Generator<string> {
  let previous: string | undefined;
  let skipping = false;
  for (let at = 0; at < bytes.length; at += 16) {
    const text = rowText(bytes.subarray(at, at + 16));
    if (text !== previous) yield `${address(from + at)}  ${text}\n`;
    else if (!skipping) yield '*\n';
    skipping = text === previous;
    previous = text;
  }
  yield `${address(from + bytes.length)}\n`;
}

function address(at: number): string {
  return hexDigits(at, 8);
}

function rowText(row: Uint8Array): string {
  const hex = Array.from(row, (byte) => hexDigits(byte));
  const columns = `${hex.slice(0, 8).join(' ').padEnd(23)}  ${hex.slice(8).join(' ').padEnd(23)}`;
  const characters = Array.from(row, (byte) =>
    byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.',
  );
  return `${columns}  |${characters.join('')}|`;
}

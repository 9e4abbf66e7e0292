/** Two dots in a character, one above the other, as displays show them. */
const HALF_BLOCKS = ' ▀▄█';
const ROWS = 4;
/** The dots of a braille pattern by column and row, as bits above U+2800 (Unicode, braille patterns). */
const BRAILLE = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const;

/**
 * A display's picture for a terminal of `columns`: one that is too wide for half blocks is drawn in braille, two dots
 * beside each other in a character and four above each other, which is half as wide and half as high.
 * @param columns undefined where the output is no terminal: then the picture stays as it is
 */
export function fitPicture(text: string, columns: number | undefined): string {
  const lines = text.split('\n');
  const width = Math.max(...lines.map((line) => line.length));
  if (
    columns === undefined ||
    width <= columns ||
    [...text].some((each) => !`${HALF_BLOCKS}\n`.includes(each))
  )
    return text;
  const isLit = (x: number, y: number) =>
    (HALF_BLOCKS.indexOf(lines[y >> 1]?.[x] ?? ' ') & (1 << (y & 1))) !== 0;
  const drawn: string[] = [];
  for (let top = 0; top < lines.length * 2; top += ROWS) {
    let line = '';
    for (let left = 0; left < width; left += BRAILLE.length) {
      let bits = 0;
      for (const [x, column] of BRAILLE.entries())
        for (const [y, bit] of column.entries()) if (isLit(left + x, top + y)) bits |= bit;
      line += String.fromCodePoint(0x2800 + bits);
    }
    drawn.push(line);
  }
  return drawn.join('\n');
}

/** Characters of a line of help at most. */
const HELP_WIDTH = 78;

/** Of help on a stream that may be a terminal, and a narrow one. */
export function helpWidth({ columns }: { readonly columns?: number } = {}): number {
  return Math.min(columns || HELP_WIDTH, HELP_WIDTH);
}

/** Text in lines of at most `width` characters; a word that is longer has a line of its own. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

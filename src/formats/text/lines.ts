import { WaveError } from '../wave/samples.ts';

/** Longest line of a trace, in characters: what is longer is none, and its words would fill the memory. */
const LINE_MAX = 1 << 20;

/**
 * The lines of a text from `from` on, one at a time: all of them at once take many times the memory of the text.
 * @param first the number of the first one
 * @throws {WaveError} a line is too long
 */
export function* linesOf(
  text: string,
  from = 0,
  first = 1,
): Generator<readonly [line: number, text: string]> {
  let line = first;
  for (let at = from; at < text.length; line++) {
    const found = text.indexOf('\n', at);
    const end = found < 0 ? text.length : found;
    if (end - at > LINE_MAX)
      throw new WaveError(
        `the line is longer than ${LINE_MAX} characters; write an event or a row a line`,
        line,
      );
    yield [line, text.slice(at, end)];
    at = end + 1;
  }
}

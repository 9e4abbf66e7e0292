import { styleText } from 'node:util';

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

/** Marks text for the eye: with colours on a terminal, as it is everywhere else. */
export type Paint = (style: Style, text: string) => string;

/** Colours where a person looks: on a terminal, unless NO_COLOR is set (no-color.org), or where FORCE_COLOR asks for them. */
export function paintFor(stream: { readonly isTTY?: boolean }): Paint {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  const forced = FORCE_COLOR === undefined ? undefined : !['0', 'false'].includes(FORCE_COLOR);
  const colours = !NO_COLOR && (forced ?? (stream.isTTY === true && TERM !== 'dumb'));
  // Where text goes was looked at: Node would look at standard output, which a thread has none of.
  return colours
    ? (style, text) => styleText(style, text, { validateStream: false })
    : (_style, text) => text;
}

import { styleText } from 'node:util';

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

/** Marks text for the eye: with colours on a terminal, as it is everywhere else. */
export type Paint = (style: Style, text: string) => string;

/** Colours only where a person looks: a terminal, and NO_COLOR not set (no-color.org). */
export function paintFor(stream: { readonly isTTY?: boolean }): Paint {
  const colours = stream.isTTY === true && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb';
  return colours ? (style, text) => styleText(style, text) : (_style, text) => text;
}

import type { Paint } from '../../terminal/style.ts';
import type { Rows } from './rows.ts';

/** What is seen of a board. */
export interface View {
  readonly board: string;
  readonly heading: string;
  readonly rows: Rows;
  /** A line for each part. */
  readonly parts: readonly string[];
  /** What is wrong: the board has ended, adapters are gone. */
  readonly trouble: string | undefined;
  readonly filter: string;
  /** The filter is being typed. */
  readonly isTyping: boolean;
}

/** Parts take at most this share of the height. */
const PARTS_SHARE = 1 / 3;
/** Lines besides those of rows and parts: title, heading, keys. */
const FRAME = 3;

/** How many lines rows have. */
export function rowsHeight({ parts }: Pick<View, 'parts'>, height: number): number {
  return Math.max(1, height - FRAME - partsHeight(parts.length, height));
}

/** Lines of parts with the one above them. */
function partsHeight(parts: number, height: number): number {
  return parts === 0 ? 0 : Math.min(parts + 1, Math.floor(height * PARTS_SHARE));
}

/** The lines of a screen. All texts are without control characters. */
export function layout(view: View, width: number, height: number, paint: Paint): string[] {
  const { rows, parts, trouble } = view;
  const cut = (text: string) => shortened(text, width);
  const room = rowsHeight(view, height);
  const seen = rows.seen(room).map((line) => {
    const text = cut(line);
    return line.startsWith('!') ? paint('red', text) : text;
  });
  const below = partsHeight(parts.length, height) - 1;
  const left = parts.length - below;
  const told = left > 0 ? [...parts.slice(0, below - 1), `… and ${left + 1} more`] : parts;
  return [
    trouble === undefined ? paint('bold', cut(title(view))) : paint('red', cut(`${title(view)}  ${trouble}`)),
    paint('bold', cut(view.heading)),
    ...Array.from({ length: room }, (_, at) => seen[at] ?? ''),
    ...(below > 0 ? [paint('bold', cut('parts')), ...told.map(cut)] : []),
    paint('dim', cut(keys(view))),
  ].slice(0, height);
}

function title({ board, rows }: View): string {
  const some = rows.isFiltered ? `${rows.shown} of ` : '';
  return `${board}  ${some}${rows.count} events  ${rows.follows ? 'following' : 'frozen'}`;
}

function keys({ filter, isTyping, rows }: View): string {
  if (isTyping) return `filter: ${filter}_  (Enter: use it, Escape: none)`;
  const shown = filter === '' ? '' : `  filter: ${filter}`;
  return `q quit  f ${rows.follows ? 'freeze' : 'follow'}  / filter  arrows, PgUp, PgDn, Home, End${shown}`;
}

function shortened(text: string, width: number): string {
  if (text.length <= width) return text;
  const characters = [...text];
  return characters.length <= width ? text : `${characters.slice(0, Math.max(0, width - 1)).join('')}…`;
}

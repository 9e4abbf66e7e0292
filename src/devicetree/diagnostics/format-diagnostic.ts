import { oneLine, printable } from '../../input/index.ts';
import type { Span } from '../text/source.ts';
import { readable } from '../tree/readable.ts';
import type { Diagnostic, Note } from './diagnostic.ts';

/** `board.dts:4.10-17`, as dtc and the GNU standards write a place. */
export function formatSpan(span: Span): string {
  const { file, line, column, endLine, endColumn } = span;
  const start = `${file}:${line}.${column}`;
  if (endLine !== line) return `${start}-${endLine}.${endColumn}`;
  return endColumn === column ? start : `${start}-${endColumn}`;
}

/** The line of source with a mark below the stretch that is meant; an empty stretch is a place to insert. */
function excerpt(diagnostic: Diagnostic): string[] {
  const { span } = diagnostic;
  if (span === undefined || diagnostic.excerpt === undefined) return [];
  const text = diagnostic.excerpt;
  const from = Math.min(span.column - 1, text.length);
  const to = span.endLine === span.line ? Math.min(span.endColumn - 1, text.length) : text.length;
  const number = String(span.line);
  const gutter = ' '.repeat(number.length);
  // Columns count bytes; what is shown is characters, with the line's own tabs above and below.
  const indent = readable(text.slice(0, from)).replace(/[^\t]/g, ' ');
  const width = Math.max(1, [...readable(text.slice(from, to)).trimEnd()].length);
  return [
    ` ${number} | ${printable(readable(text))}`,
    ` ${gutter} | ${indent}${width === 1 ? '^' : '~'.repeat(width).replace(/^~/, '^')}`,
  ];
}

function note({ message, span }: Note): string {
  return `  ${span === undefined ? message : `${formatSpan(span)}: ${message}`}`;
}

/**
 * A diagnostic for a person: the place and the message in dtc's form, the line with a mark, what to do, and
 * further places. Several lines, without a line end behind the last; what is quoted of a tree begins none of them.
 */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const { severity, code, message, hint, span, node, property, notes } = diagnostic;
  const place = span === undefined ? '' : `${formatSpan(span)}: `;
  const subject = node === undefined ? '' : `${node}${property === undefined ? '' : `:${property}`}: `;
  const lines = [
    `${place}${severity === 'error' ? 'ERROR' : 'Warning'} (${code}): ${readable(subject + message)}`,
    ...(hint === undefined ? [] : [`  help: ${readable(hint)}`]),
    ...notes.map(note),
  ].map(oneLine);
  lines.splice(1, 0, ...excerpt(diagnostic));
  return lines.join('\n');
}

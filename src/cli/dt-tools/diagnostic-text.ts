import type { Diagnostic, Span } from '../../board/devicetree.ts';

/**
 * A diagnostic as lines of text. The first has dtc's form, for the eyes and scripts that know it: place, severity, name
 * of the check, node and property. Below come the line of source with a mark, what to do, and further places.
 *
 *     board.dts:7.3-9: Warning (i2c_bus_reg): /i2c@0/e@80:reg: I2C address 0x80 has more than 7 bits
 *        7 |   reg = <0x80>;
 *          |   ^^^^^^
 *       hint: the bus's read/write bit is not part of it: 0x40?
 *
 * `fallback` stands for the place where the source is not known.
 */
export function diagnosticText(diagnostic: Diagnostic, fallback: string): string {
  const { severity, code, node, property, message, span, hint, notes } = diagnostic;
  const subject = node === undefined ? '' : `${node}${property === undefined ? '' : `:${property}`}: `;
  const level = severity === 'error' ? 'ERROR' : 'Warning';
  const lines = [
    `${span === undefined ? fallback : placeText(span)}: ${level} (${code}): ${subject}${message}`,
  ];
  if (span !== undefined) lines.push(...excerpt(diagnostic.excerpt, span));
  if (hint !== undefined) lines.push(`  hint: ${hint}`);
  for (const note of notes)
    lines.push(`  ${note.message}${note.span === undefined ? '' : `: ${placeText(note.span)}`}`);
  return lines.map((line) => `${line}\n`).join('');
}

/** `file:line.column-column`, or `file:line.column-line.column` over several lines. */
function placeText({ file, line, column, endLine, endColumn }: Span): string {
  const start = `${file}:${line}.${column}`;
  if (endLine !== line) return `${start}-${endLine}.${endColumn}`;
  return endColumn === column ? start : `${start}-${endColumn}`;
}

function excerpt(text: string | undefined, span: Span): string[] {
  if (text === undefined || text.trim() === '') return [];
  const number = String(span.line).padStart(5);
  const end = span.endLine === span.line ? span.endColumn : text.length + 1;
  const marks = Math.max(1, Math.min(end, text.length + 1) - span.column);
  // Tabs stay tabs, so that the mark stands below the text however wide they are.
  const indent = readable(text.slice(0, span.column - 1)).replace(/[^\t]/g, ' ');
  return [`${number} | ${readable(text)}`, `${' '.repeat(5)} | ${indent}${'^'.repeat(marks)}`];
}

/** Sources are held as one character a byte; people read UTF-8. */
function readable(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString();
}

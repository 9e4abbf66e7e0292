import { oneLine } from '../../input/index.ts';
import type { Diagnostic } from './diagnostic.ts';
import { formatDiagnostic } from './format-diagnostic.ts';

/**
 * A diagnostic as whole lines for a terminal. `file` stands where the place would, when the source is not known: for a
 * blob or a directory.
 */
export function diagnosticText(diagnostic: Diagnostic, file: string): string {
  const text = formatDiagnostic(diagnostic);
  const isPlaced = diagnostic.span !== undefined || diagnostic.message.startsWith(`${file}: `);
  return `${isPlaced ? '' : `${oneLine(file)}: `}${text}\n`;
}

import { diagnosticText } from '../../devicetree/core.ts';
import type { Diagnostic } from '../../devicetree/index.ts';
import { type Paint, paintFor } from './style.ts';

/** Where diagnostics are written: standard error, or what a test takes in its place. */
interface Sink {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Writes a diagnostic as whole lines, coloured on a terminal. `file`: as in `diagnosticText`. */
export function writeDiagnostic(diagnostic: Diagnostic, file: string, stream: Sink): void {
  stream.write(painted(diagnosticText(diagnostic, file), paintFor(stream)));
}

function painted(text: string, paint: Paint): string {
  return text
    .replace(/ERROR(?= \([a-z_0-9]+\): )/, (word) => paint('red', word))
    .replace(/Warning(?= \([a-z_0-9]+\): )/, (word) => paint('yellow', word))
    .replace(/^( +\| [\t ]*)(\^~*)$/m, (_line, gutter: string, mark: string) => gutter + paint('green', mark))
    .replace(/^( {2})(help:)/m, (_line, indent: string, word: string) => indent + paint('cyan', word));
}

import type { Board } from '../../board/index.ts';
import { writeDiagnostic } from '../terminal/diagnostic.ts';

/**
 * Says on standard error what is doubtful about the tree as a board: unknown or invalid `dtbus,` properties, cells,
 * addresses, mistyped compatibles; each with its place and what to write.
 * @returns whether there was anything to say
 */
export function printChecks({ doubts }: Board): boolean {
  for (const { file, diagnostic } of doubts) writeDiagnostic(diagnostic, file, process.stderr);
  return doubts.length > 0;
}

import type { Board } from '../../board/index.ts';
import { diagnosticText } from '../../devicetree/index.ts';

/**
 * Says on standard error what is doubtful about the tree as a board: unknown or invalid `dtbus,` properties, cells,
 * addresses, mistyped compatibles; each with its place and what to write.
 * @returns whether there was anything to say
 */
export function printChecks({ doubts }: Board): boolean {
  for (const { file, diagnostic } of doubts) process.stderr.write(diagnosticText(diagnostic, file));
  return doubts.length > 0;
}

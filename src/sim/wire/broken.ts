import { StoppedModelError } from '../own/time-limit.ts';

/** Where an error was thrown, as its stack has it. */
const FRAME = /^\s+at (.+)$/m;

/** What is said of a part whose model failed, on one line. `name`: the path of its node. */
export function brokenSentence(name: string, error: unknown): string {
  if (error instanceof StoppedModelError) return `${name}: ${error.message}; part disabled until reset`;
  return `${name}: model threw an error; part disabled until reset: ${reasonOf(error)}`;
}

/** `Error: boom, at read (file:///board/own.mjs:5:7)` */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const [, frame] = FRAME.exec(String(error.stack)) ?? [];
  return `${error.name}: ${error.message}${frame === undefined ? '' : `, at ${frame}`}`;
}

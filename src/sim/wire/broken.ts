import { StoppedModelError } from '../own/time-limit.ts';

/** What is said of a part whose model failed. `name`: the path of its node. */
export function brokenSentence(name: string, error: unknown): string {
  if (error instanceof StoppedModelError) return `${name}: ${error.message}; part disabled until reset`;
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `${name}: model threw an error; part disabled until reset: ${reason}`;
}

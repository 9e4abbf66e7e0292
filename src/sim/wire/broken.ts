import { fileURLToPath } from 'node:url';
import { StoppedModelError } from '../own/time-limit.ts';
import { PART_DISABLED } from './property.ts';

/** A call of a stack. */
const FRAME = /^\s+at (.+)$/gm;
/** Below here is nobody's model: what called it. */
const OURS = fileURLToPath(new URL('../', import.meta.url));
const MOST_FRAMES = 10;

/** What is said of a part whose model failed, on one line. `name`: the path of its node. */
export function brokenSentence(name: string, error: unknown): string {
  if (error instanceof StoppedModelError) return `${name}: ${error.message}; ${PART_DISABLED}`;
  return `${name}: model threw an error; ${PART_DISABLED}: ${reasonOf(error)}`;
}

/** `Error: boom, at read (file:///board/own.mjs:5:7)`: with each call of the model's own. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const frames = [...String(error.stack).matchAll(FRAME)].map(([, frame = '']) => frame);
  const end = frames.findIndex((frame) => frame.includes(OURS));
  const own = frames.slice(0, Math.max(1, end < 0 ? MOST_FRAMES : Math.min(end, MOST_FRAMES)));
  return [`${error.name}: ${error.message}`, ...own.map((frame) => `at ${frame}`)].join(', ');
}

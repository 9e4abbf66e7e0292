import { setFlagsFromString } from 'node:v8';

/** Bytes of bytecode that a function runs through before V8 optimizes it; V8's own choice is 66 KiB. */
const INTERRUPT_BUDGET = 600_000;

/**
 * For a command that is over in a tenth of a second: has V8 optimize only what a long run shows to be worth it.
 * Otherwise its optimizing compiler takes more of the processor than the command itself, and is not done before it.
 */
export function expectShortRun(): void {
  setFlagsFromString(`--interrupt-budget=${INTERRUPT_BUDGET}`);
}

import { setFlagsFromString } from 'node:v8';

/** Bytes of bytecode that a function runs through before V8 optimizes it; V8's own choice is 66 KiB. */
const INTERRUPT_BUDGET = 3_000_000;
/** The V8 of Node 20. Later ones have no flag for it, and say so to the user. */
const V8_WITH_BUDGET = '11.';

/**
 * For a command that is over in a tenth of a second: has V8 optimize only what a long run shows to be worth it, and
 * collect its old garbage in one go when it must, and not beforehand in parts. Otherwise its compiler and its collector
 * take more of the processor than the command itself, and are not done before it.
 *
 * To be called when Node's own modules are loaded: V8 compiles those that come later without Node's cache of them.
 */
export function expectShortRun(): void {
  if (process.versions.v8.startsWith(V8_WITH_BUDGET))
    setFlagsFromString(`--interrupt-budget=${INTERRUPT_BUDGET}`);
  setFlagsFromString('--no-incremental-marking');
}

import { setFlagsFromString } from 'node:v8';

/** Bytes of bytecode that a function runs through before V8 thinks of optimizing it; `usual` is V8's own choice. */
const INTERRUPT_BUDGET = { short: 3_000_000, usual: 66 << 10, requests: 10_000 } as const;
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
  setBudget(INTERRUPT_BUDGET.short);
  setFlagsFromString('--no-incremental-marking');
}

/**
 * For a program that carries out the same request again and again from here on, while somebody waits for each: has V8
 * optimize what a request runs through after some hundred of them. By itself it takes a thousand, each of which lasts up
 * to twice as long. It compiles no more than it would have, only earlier.
 */
export function expectRequests(): void {
  setBudget(INTERRUPT_BUDGET.requests);
}

/** Has V8 work as it does at a start: it takes code that was kept with other flags for none. */
export function expectUsualRun(): void {
  setBudget(INTERRUPT_BUDGET.usual);
  setFlagsFromString('--incremental-marking');
}

function setBudget(bytes: number): void {
  if (process.versions.v8.startsWith(V8_WITH_BUDGET)) setFlagsFromString(`--interrupt-budget=${bytes}`);
}

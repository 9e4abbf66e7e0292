import type { Script } from 'node:vm';
import { type Cancel, type Clock, MS, SECOND } from '../kit/clock.ts';

/** A call of a user's own model ends after this long; what it answers is a matter of microseconds. */
const LIMIT_MS = 1000;
/** A transfer with such parts has this long besides, for each KiB. */
const LIMIT_MS_PER_KIB = 1;

/** A model of a user's own was ended: it did not come back from a call, say. */
export class StoppedModelError extends Error {
  override readonly name = 'StoppedModelError';

  constructor(sentence = limitSentence(LIMIT_MS)) {
    super(sentence);
  }
}

function limitSentence(ms: number): string {
  return `the model did not return within ${(ms * MS) / SECOND} s`;
}

/** Told of the part whose model failed. */
type Fail = (error: unknown) => void;

/** The call that is under way: Node ends a script after a time, and nothing else that runs on this thread. */
let work: (() => unknown) | undefined;
let result: unknown;
/** Whose model is being called in it. */
let called: Fail | undefined;
let script: Script | undefined;

const ENTRY = Symbol.for('dtbus.limited-call');

function prepare(): Script {
  const value = (): void => {
    result = work?.();
  };
  Object.defineProperty(globalThis, ENTRY, { value, configurable: true });
  const vm = process.getBuiltinModule('node:vm');
  return new vm.Script(`globalThis[Symbol.for(${JSON.stringify(ENTRY.description)})]()`, {
    filename: 'dtbus-limited-call',
  });
}

function run<T>(next: () => T, fail: Fail | undefined, ms: number): T {
  script ??= prepare();
  work = next;
  called = fail;
  try {
    script.runInThisContext({ timeout: ms });
    return result as T;
  } finally {
    work = undefined;
    result = undefined;
  }
}

const isTimeout = (error: unknown): boolean =>
  (error as NodeJS.ErrnoException)?.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';

/**
 * Calls a user's own model, and ends the call when it takes too long.
 * @throws {StoppedModelError} then; else what `next` throws
 */
export function callLimited<T>(next: () => T, fail?: Fail, ms = LIMIT_MS): T {
  if (work !== undefined) {
    const before = called;
    called = fail;
    // After a call that was ended nothing here runs: `transferLimited` finds whose it was.
    try {
      return next();
    } finally {
      called = before;
    }
  }
  try {
    return run(next, fail, ms);
  } catch (error) {
    throw isTimeout(error) ? new StoppedModelError(limitSentence(ms)) : error;
  }
}

/**
 * A whole transfer on a wire with a user's own models: the calls of all of them are limited at once. A part whose model
 * does not return is told to its `fail`.
 * @returns the error then: wire and clock are as the call left them
 */
export function transferLimited(bytes: number, next: () => void): StoppedModelError | undefined {
  if (work !== undefined) {
    next();
    return undefined;
  }
  try {
    run(next, undefined, LIMIT_MS + Math.ceil(bytes / 1024) * LIMIT_MS_PER_KIB);
    return undefined;
  } catch (error) {
    if (!isTimeout(error)) throw error;
    const looping = new StoppedModelError();
    called?.(looping);
    return looping;
  }
}

/** The part as its wire sees it: calls are limited. */
export function limitedPart<P extends object>(part: P, fail: Fail): P {
  const methods = new Map<unknown, unknown>();
  return new Proxy(part, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      let method = methods.get(value);
      if (method === undefined) {
        method = (...given: unknown[]) => callLimited(() => value.apply(target, given), fail);
        methods.set(value, method);
      }
      return method;
    },
  });
}

/** The clock as a user's own model sees it: what it calls later is limited, and fails its part alone. */
export function limitedClock(clock: Clock, fail: Fail): Clock {
  return new Proxy(clock, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (name === 'after') {
        return (delayNs: number, callback: () => void): Cancel =>
          target.after(delayNs, () => {
            try {
              callLimited(callback, fail);
            } catch (error) {
              fail(error);
            }
          });
      }
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

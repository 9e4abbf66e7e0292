import { setTimeout as sleep } from 'node:timers/promises';
import { Transcript } from './transcript.ts';

type AnyFunction = (...args: unknown[]) => unknown;
type Methods = Record<string, AnyFunction>;
type GpioClass = (new (...args: unknown[]) => Methods) & Record<string, unknown>;

/** What is wired to the lines, and which number the first of them has. */
export interface Bench {
  readonly base: number;
  /** Drives a line from outside. */
  drive(line: number, high: boolean): void;
}

const DIRECTIONS = ['in', 'out', 'high', 'low', 'out\n', 'up', '', 'IN', 7, undefined, null];
/** Those after which a line is as it was before: what it is then is the controller's affair. */
const FIRST_DIRECTIONS = ['in', 'out', 'high', 'low', 'out\n', 'up'];
const EDGES = ['none', 'rising', 'falling', 'both', 'Both', '', 1, null];

/** Long enough for an interrupt to arrive, and its callback. */
const SETTLE_MS = 100;
const DEBOUNCE_MS = 400;

/** Calls everything of an onoff package, on eight lines of which nobody else uses any. */
export async function callOnoff(onoff: object, bench: Bench): Promise<Transcript> {
  const transcript = new Transcript();
  const { Gpio } = onoff as { Gpio: GpioClass };
  const make = (line: number, ...rest: unknown[]): Methods => new Gpio(bench.base + line, ...rest);
  const run = (gpio: Methods, name: string, ...args: unknown[]) => (gpio[name] as AnyFunction)(...args);
  for (let line = 0; line < 8; line++) bench.drive(line, true);

  transcript.note('exports', Object.keys(onoff));
  transcript.note('constants', [Gpio['HIGH'], Gpio['LOW'], Gpio['accessible']]);
  transcript.note('methods', Object.getOwnPropertyNames(Gpio.prototype).sort());
  wrongNumbers(transcript, make);
  directions(transcript, make, run);
  edges(transcript, make, run);
  inverted(transcript, make, run);
  shared(transcript, make, run);
  await values(transcript, make, run, bench);
  await interrupts(transcript, make, run, bench);
  return transcript;
}

type Make = (line: number, ...rest: unknown[]) => Methods;
type Run = (gpio: Methods, name: string, ...args: unknown[]) => unknown;

function wrongNumbers(transcript: Transcript, make: Make): void {
  for (const line of [8, 1000]) transcript.returns(`new Gpio(${line}, 'in')`, () => typeof make(line, 'in'));
}

function directions(transcript: Transcript, make: Make, run: Run): void {
  for (const direction of FIRST_DIRECTIONS) {
    transcript.returns(`new Gpio(1, ${JSON.stringify(direction)})`, () => {
      const gpio = make(1, direction);
      const seen = [run(gpio, 'direction'), run(gpio, 'readSync'), run(gpio, 'edge')];
      run(gpio, 'unexport');
      return seen;
    });
  }
  const gpio = make(1, 'in');
  for (const direction of DIRECTIONS) {
    transcript.returns(`setDirection(${JSON.stringify(direction)})`, () =>
      run(gpio, 'setDirection', direction),
    );
    transcript.returns('direction()', () => [run(gpio, 'direction'), run(gpio, 'readSync')]);
  }
  run(gpio, 'setDirection', 'in');
  run(gpio, 'setEdge', 'both');
  transcript.returns("setDirection('out') with an edge", () => run(gpio, 'setDirection', 'out'));
  transcript.returns('afterwards', () => [run(gpio, 'direction'), run(gpio, 'edge')]);
  run(gpio, 'setEdge', 'none');
  transcript.returns("setDirection('high') without", () => run(gpio, 'setDirection', 'high'));
  run(gpio, 'unexport');
  for (const options of [{ reconfigureDirection: false }, {}, { activeLow: true }]) {
    const first = make(2, 'high');
    transcript.returns(`again as an output, ${JSON.stringify(options)}`, () => {
      const second = make(2, 'out', options);
      return [run(second, 'direction'), run(second, 'readSync'), run(first, 'readSync')];
    });
    run(first, 'unexport');
  }
}

function edges(transcript: Transcript, make: Make, run: Run): void {
  const gpio = make(3, 'in');
  for (const edge of EDGES) {
    transcript.returns(`setEdge(${JSON.stringify(edge)})`, () => run(gpio, 'setEdge', edge));
    transcript.returns('edge()', () => run(gpio, 'edge'));
  }
  run(gpio, 'setEdge', 'none');
  run(gpio, 'setDirection', 'out');
  transcript.returns("setEdge('rising') of an output", () => run(gpio, 'setEdge', 'rising'));
  transcript.returns('edge() of an output', () => run(gpio, 'edge'));
  run(gpio, 'unexport');
  for (const edge of EDGES) {
    transcript.returns(`new Gpio(3, 'in', ${JSON.stringify(edge)})`, () => {
      const other = make(3, 'in', edge);
      const seen = run(other, 'edge');
      run(other, 'unexport');
      return seen;
    });
  }
  transcript.returns("new Gpio(3, 'out', 'both')", () => {
    const other = make(3, 'out', 'both');
    const seen = [run(other, 'edge'), run(other, 'direction')];
    run(other, 'unexport');
    return seen;
  });
}

function inverted(transcript: Transcript, make: Make, run: Run): void {
  const gpio = make(4, 'in', { activeLow: true });
  transcript.returns('activeLow()', () => [run(gpio, 'activeLow'), run(gpio, 'readSync')]);
  for (const direction of ['out', 'high', 'low']) {
    transcript.returns(`inverted, '${direction}'`, () => {
      run(gpio, 'setDirection', direction);
      return run(gpio, 'readSync');
    });
  }
  transcript.returns('inverted, written 1', () => {
    run(gpio, 'writeSync', 1);
    return run(gpio, 'readSync');
  });
  for (const invert of [false, true, 0, 'yes', undefined]) {
    transcript.returns(`setActiveLow(${JSON.stringify(invert)})`, () => run(gpio, 'setActiveLow', invert));
    transcript.returns('activeLow()', () => [run(gpio, 'activeLow'), run(gpio, 'readSync')]);
  }
  run(gpio, 'unexport');
  transcript.returns('activeLow() of the next', () => {
    const next = make(4, 'in');
    const seen = run(next, 'activeLow');
    run(next, 'unexport');
    return seen;
  });
}

function shared(transcript: Transcript, make: Make, run: Run): void {
  const one = make(5, 'out');
  const other = make(5, 'in');
  transcript.returns('two of one line', () => [run(one, 'direction'), run(other, 'direction')]);
  run(one, 'unexport');
  transcript.returns('the other after unexport()', () => run(other, 'readSync'));
  transcript.returns('its direction()', () => run(other, 'direction'));
  transcript.returns('its setEdge()', () => run(other, 'setEdge', 'both'));
  transcript.returns('its unexport()', () => run(other, 'unexport'));
  for (const name of ['readSync', 'direction', 'edge', 'activeLow', 'unexport', 'unwatchAll'])
    transcript.returns(`${name}() after unexport()`, () => run(one, name));
  transcript.returns('writeSync(1) after unexport()', () => run(one, 'writeSync', 1));
}

async function values(transcript: Transcript, make: Make, run: Run, bench: Bench): Promise<void> {
  const input = make(0, 'in');
  const output = make(6, 'out');
  for (const high of [true, false]) {
    bench.drive(0, high);
    transcript.returns(`readSync() of a line that is ${high ? 'high' : 'low'}`, () => run(input, 'readSync'));
  }
  await transcript.callsBack('read(cb)', (callback) => run(input, 'read', callback));
  await transcript.promises('read()', () => run(input, 'read'));
  transcript.returns('writeSync(1) to an input', () => run(input, 'writeSync', 1));
  await transcript.callsBack('write(1, cb) to an input', (callback) => run(input, 'write', 1, callback));
  await transcript.promises('write(1) to an input', () => run(input, 'write', 1));
  for (const value of [1, 0, true, '1', 2, undefined]) {
    transcript.returns(`writeSync(${JSON.stringify(value)})`, () => run(output, 'writeSync', value));
    transcript.returns('readSync()', () => run(output, 'readSync'));
  }
  await transcript.callsBack('write(1, cb)', (callback) => run(output, 'write', 1, callback));
  await transcript.promises('write(0)', () => run(output, 'write', 0));
  transcript.returns('readSync()', () => run(output, 'readSync'));
  run(input, 'unexport');
  run(output, 'unexport');
}

async function interrupts(transcript: Transcript, make: Make, run: Run, bench: Bench): Promise<void> {
  /** What a watcher hears while the line goes low, high, low, high. */
  const heard = async (call: string, gpio: Methods, line: number, settleMs = SETTLE_MS) => {
    const calls: unknown[] = [];
    const listener = (...args: unknown[]) => calls.push(args);
    bench.drive(line, true);
    await sleep(SETTLE_MS);
    // What was not read yet would count as an edge.
    run(gpio, 'readSync');
    run(gpio, 'watch', listener);
    // A descriptor that is polled for the first time may count as ready.
    await sleep(SETTLE_MS);
    for (const high of [false, true, false, true]) {
      bench.drive(line, high);
      await sleep(settleMs);
    }
    run(gpio, 'unwatch', listener);
    bench.drive(line, false);
    await sleep(SETTLE_MS);
    bench.drive(line, true);
    transcript.note(call, calls);
  };
  for (const edge of ['none', 'rising', 'falling', 'both']) {
    const gpio = make(7, 'in', edge);
    await heard(`watch(), ${edge}`, gpio, 7);
    run(gpio, 'unexport');
  }
  const inverse = make(7, 'in', 'rising', { activeLow: true });
  await heard('watch(), rising, inverted', inverse, 7);
  run(inverse, 'setActiveLow', false);
  await heard('watch(), rising, inverted no more', inverse, 7);
  run(inverse, 'setEdge', 'falling');
  await heard('watch(), falling by setEdge()', inverse, 7);
  run(inverse, 'unexport');
  const slow = make(7, 'in', 'falling', { debounceTimeout: DEBOUNCE_MS });
  await heard('watch(), debounced', slow, 7, 2 * DEBOUNCE_MS);
  const bounces: unknown[] = [];
  run(slow, 'watch', (...args: unknown[]) => bounces.push(args));
  for (const high of [false, true, false, true, false]) {
    bench.drive(7, high);
    await sleep(5);
  }
  await sleep(2 * DEBOUNCE_MS);
  transcript.note('a bouncing line, debounced', bounces);
  bench.drive(7, true);
  run(slow, 'unexport');
  const pair = make(7, 'in', 'both');
  const calls: unknown[] = [];
  run(pair, 'watch', () => calls.push('first'));
  run(pair, 'watch', () => calls.push('second'));
  bench.drive(7, false);
  await sleep(SETTLE_MS);
  run(pair, 'unwatchAll');
  bench.drive(7, true);
  await sleep(SETTLE_MS);
  transcript.note('two watchers', calls);
  transcript.returns('unwatch() without watchers', () => run(pair, 'unwatch'));
  run(pair, 'unexport');
}

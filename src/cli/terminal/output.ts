import { fstatSync, writeSync } from 'node:fs';

/** What Node has not made yet, and how it is made. */
type StreamName = 'stdout' | 'stderr';

/**
 * Calls `prepare` with a stream of this process before anybody else has it. Node makes one when something asks for it,
 * which takes 2 ms for that of a pipe, and few commands ask for both.
 */
export function whenMade(name: StreamName, prepare: (stream: NodeJS.WriteStream) => void): void {
  const made = Object.getOwnPropertyDescriptor(process, name);
  if (made?.get === undefined) {
    prepare(process[name]);
    return;
  }
  Object.defineProperty(process, name, {
    ...made,
    get: () => {
      direct.delete(name);
      Object.defineProperty(process, name, made);
      const stream = process[name];
      prepare(stream);
      return stream;
    },
  });
}

const NUMBER = { stdout: 1, stderr: 2 } as const;

/** Those that are written to without a stream. */
const direct = new Set<StreamName>();

/**
 * From here on `writeOutput` and `standardError` make no stream, for a process that was started for one short command. To be called
 * behind `whenMade`. On Windows, where consoles want more than bytes, it changes nothing.
 */
export function writeDirectly(): void {
  if (process.platform === 'win32') return;
  direct.add('stdout');
  direct.add('stderr');
}

/** Writes to standard output. @returns as its stream does: false where there is room again at its `drain` */
export function writeOutput(data: string | Uint8Array): boolean {
  return write('stdout', data);
}

/** Standard error, whose stream is made where it may be a terminal. */
export const standardError = {
  get isTTY(): boolean {
    if (direct.has('stderr') && !fstatSync(NUMBER.stderr).isCharacterDevice()) return false;
    return process.stderr.isTTY === true;
  },
  write: (text: string): boolean => write('stderr', text),
};

function write(name: StreamName, data: string | Uint8Array): boolean {
  if (!direct.has(name)) return process[name].write(data);
  const bytes = typeof data === 'string' ? Buffer.from(data) : data;
  let written = 0;
  try {
    while (written < bytes.length) written += writeSync(NUMBER[name], bytes, written);
    return true;
  } catch {
    // Of a pipe that is full and must not be waited for, or that nobody reads any more: the stream knows what to do.
    return process[name].write(bytes.subarray(written));
  }
}

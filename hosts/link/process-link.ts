import type { ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { BusFault, type Errno, ownProgram } from '../../src/bus/index.ts';
import type { LinkOpener } from './byte-link.ts';

/** What the process that holds the port is told. */
export type ToProcess =
  | { readonly kind: 'open'; readonly path: string; readonly baudRate: number }
  | { readonly kind: 'write'; readonly bytes: Uint8Array }
  | { readonly kind: 'baud'; readonly baudRate: number }
  | { readonly kind: 'close' };

/** What it tells. `done` and `fault` answer `open`, `baud` and `close`. */
export type FromProcess =
  | { readonly kind: 'done' }
  | { readonly kind: 'fault'; readonly code: Errno; readonly sentence: string }
  | { readonly kind: 'data'; readonly bytes: Uint8Array }
  | { readonly kind: 'lost'; readonly reason: string };

/** How long the process may take to end by itself. */
const EXIT_LIMIT_MS = 500;

/**
 * A serial port in a process of its own. `serialport` polls ports on the event loop of its process's main
 * thread, whichever thread opens them, so a thread that is not the main one cannot hold a port itself.
 */
export function serialProcessLink(path: string, baudRate: number): LinkOpener {
  return async (events) => {
    const { fork } = await import('node:child_process');
    // Compiled, also when this file runs uncompiled in a test.
    const entry = createRequire(import.meta.url).resolve('#built/hosts/link/serial-process.js');
    const child = fork(entry, { serialization: 'advanced', ...ownProgram() });
    let open = true;
    let answered: ((answer: FromProcess) => void) | undefined;
    const lose = (reason: string): void => {
      answered?.({ kind: 'fault', code: 'ENODEV', sentence: reason });
      if (!open) return;
      open = false;
      events.lost(reason);
    };
    child.on('message', (message: FromProcess) => {
      if (message.kind === 'data') {
        if (open) events.data(message.bytes);
      } else if (message.kind === 'lost') lose(message.reason);
      else answered?.(message);
    });
    child.on('error', (error) => lose(error.message));
    child.on('exit', () => lose(`the process that held ${path} has ended`));

    const ask = async (message: ToProcess): Promise<void> => {
      const answer = await new Promise<FromProcess>((resolve) => {
        answered = resolve;
        send(child, message);
      });
      answered = undefined;
      if (answer.kind === 'fault') throw new BusFault(answer.code, plain(answer));
    };
    try {
      await ask({ kind: 'open', path, baudRate });
    } catch (thrown) {
      open = false;
      child.disconnect();
      throw thrown;
    }
    return {
      name: path,
      write: (bytes) => {
        if (open) send(child, { kind: 'write', bytes });
      },
      setBaudRate: (baud) => ask({ kind: 'baud', baudRate: baud }),
      close: async () => {
        open = false;
        if (child.exitCode !== null || child.signalCode !== null) return;
        const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
        const limit = setTimeout(() => child.kill('SIGKILL'), EXIT_LIMIT_MS);
        send(child, { kind: 'close' });
        await exited;
        clearTimeout(limit);
      },
    };
  };
}

function send(child: ChildProcess, message: ToProcess): void {
  // A child that is gone says so by its exit.
  if (child.connected) child.send(message, () => {});
}

/** The sentence without the code that `BusFault` puts in front of it again. */
function plain({ code, sentence }: { code: Errno; sentence: string }): string {
  return sentence.startsWith(`${code}: `) ? sentence.slice(code.length + 2) : sentence;
}

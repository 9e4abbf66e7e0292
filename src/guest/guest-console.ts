import { presentFolder } from '../input/index.ts';

/**
 * What process 1 of a guest and we agree on: it prints lines of its own between those of the command, since a
 * kernel speaks before it and may still panic on its way out.
 */
const LINE = { BEGIN: 'begin', NOTE: 'note', EXIT: 'exit' } as const;

/**
 * Process 1: prepares the system as far as programs expect it, runs the command, powers off.
 * @param prepare more shell lines for this machine; `note SENTENCE` tells the host what is odd
 */
export function initScript(mark: string, command: readonly string[], prepare: string): string {
  return `#!/bin/sh
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mountpoint -q /dev || mount -t devtmpfs dev /dev
mount -t tmpfs tmpfs /run
note() { echo "${mark} ${LINE.NOTE} $*"; }
${prepare}
cd ${quoted(presentFolder() ?? '/')}
echo "${mark} ${LINE.BEGIN}"
${command.map(quoted).join(' ')}
echo "${mark} ${LINE.EXIT} $?"
busybox poweroff -f
`;
}

/** `text` as one word of a shell. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

export interface GuestConsoleOptions {
  readonly mark: string;
  /** Gets the command's output as it comes. */
  readonly output: (bytes: Uint8Array) => void;
  /** Gets what process 1 notes. */
  readonly onNote: (sentence: string) => void;
}

/** Takes the command's output out of all that a guest writes to its console. */
export class GuestConsole {
  /** The command was begun. */
  started = false;
  /** What it ended with; undefined before. */
  exitCode: number | undefined;
  readonly #options: GuestConsoleOptions;
  #line = '';
  /** What was said before the command: of interest only if it never comes. */
  #before = '';

  constructor(options: GuestConsoleOptions) {
    this.#options = options;
  }

  take(bytes: Buffer): void {
    const lines = (this.#line + bytes.toString('latin1')).split('\n');
    this.#line = lines.pop() ?? '';
    for (const line of lines) this.#pass(`${line}\n`);
  }

  /** The guest has ended. */
  end(): void {
    if (this.#line !== '') this.#pass(this.#line);
    this.#line = '';
    if (!this.started) this.#give(this.#before);
  }

  #pass(consoleLine: string): void {
    if (this.exitCode !== undefined) return;
    // The console ends lines as a terminal does.
    const line = consoleLine.replace(/\r+\n$/, '\n');
    const { mark, onNote } = this.#options;
    const at = line.indexOf(`${mark} `);
    if (at < 0) {
      this.#say(line);
      return;
    }
    if (at > 0) this.#say(line.slice(0, at));
    const [kind, ...words] = line
      .slice(at + mark.length + 1)
      .trimEnd()
      .split(' ');
    if (kind === LINE.BEGIN) this.started = true;
    if (kind === LINE.NOTE) onNote(words.join(' '));
    if (kind === LINE.EXIT) this.exitCode = Number(words[0]);
  }

  #say(text: string): void {
    if (this.started) this.#give(text);
    else this.#before += text;
  }

  #give(text: string): void {
    this.#options.output(Buffer.from(text, 'latin1'));
  }
}

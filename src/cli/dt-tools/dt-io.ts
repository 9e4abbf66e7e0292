import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { messageOf } from '../../bus/words.ts';
import { hostFiles, type ParseOptions } from '../../devicetree/index.ts';
import { brokenLink, neverEnds } from '../../input/index.ts';
import { writeOutput } from '../terminal/output.ts';

export interface DirectoryEntry {
  readonly name: string;
  readonly kind: 'file' | 'directory' | 'other';
}

export interface Sink {
  /** Whether a person looks: then there are colours. */
  readonly isTTY?: boolean;
  write(chunk: string | Uint8Array): unknown;
}

/**
 * What the device-tree commands need of the world. Functions throw Node's errors, with a `code` (`ENOENT`).
 * The path `-` is the standard input or output.
 */
export interface DtIo {
  readonly readFile: (path: string) => Uint8Array;
  /** Whether there is something at `path`: cheaper than a `readFile` that throws, of which a header takes many. */
  readonly exists: (path: string) => boolean;
  /** How files are read that a source names; without it, by `readFile`. */
  readonly sources?: Pick<ParseOptions, 'readFile' | 'readRange' | 'brokenLink' | 'clock'>;
  readonly writeFile: (path: string, bytes: Uint8Array) => void;
  /** Entries of a directory; undefined for a path that is none. */
  readonly list: (path: string) => readonly DirectoryEntry[] | undefined;
  readonly stdout: Sink;
  readonly stderr: Sink;
}

/** The real files and streams of this process. */
export function processIo(): DtIo {
  return {
    readFile: (path) => {
      if (path === '-') return readFileSync(0);
      const refusal = brokenLink(path) ?? neverEnds(path);
      if (refusal !== undefined) throw new Error(refusal);
      return readFileSync(path);
    },
    exists: existsSync,
    sources: hostFiles(),
    writeFile: (path, bytes) => {
      if (path === '-') {
        writeOutput(bytes);
        return;
      }
      try {
        writeFileSync(path, bytes);
      } catch (thrown) {
        throw new Error(brokenLink(path) ?? messageOf(thrown), { cause: thrown });
      }
    },
    list: (path) => {
      if (path === '-' || !statSync(path).isDirectory()) return undefined;
      return readdirSync(path).map((name) => {
        const entry = statSync(`${path}/${name}`);
        return { name, kind: entry.isFile() ? 'file' : entry.isDirectory() ? 'directory' : 'other' };
      });
    },
    stdout: {
      write: writeOutput,
      get isTTY() {
        return process.stdout.isTTY;
      },
    },
    // Node makes the stream when something asks for it.
    get stderr() {
      return process.stderr;
    },
  };
}

/** Why a file could not be read or written, as a person says it: `no such file or directory`. */
export function reasonOf(thrown: unknown): string {
  const message = messageOf(thrown);
  return /^E[A-Z0-9]+: ([^,]+)/.exec(message)?.[1] ?? message;
}

/** One character a byte, as trees hold their text, to bytes. */
export function bytesOf(latin1: string): Uint8Array {
  return Buffer.from(latin1, 'latin1');
}

import { writeFileSync } from 'node:fs';
import { bytesAt, statsAt, writeFault } from '../../input/index.ts';
import { UsageError } from '../terminal/usage-error.ts';
import { hexDump } from './hex-dump.ts';

/** Where bytes come from and go to. */
interface ImageIo {
  readonly stdout: { readonly isTTY?: boolean; write(data: string | Uint8Array): unknown };
  /** All of standard input. */
  readInput(): Promise<Buffer>;
}

export function processImageIo(): ImageIo {
  return {
    get stdout() {
      return process.stdout;
    },
    readInput: async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks);
    },
  };
}

/** The bytes of a file, or of standard input for `-`. @throws {Error} */
export async function readImage(file: string, io: ImageIo): Promise<Uint8Array> {
  if (file === '-') return io.readInput();
  return bytesAt(file, ({ kind, sentence }, cause) => {
    const remedy = kind === 'special' ? ', or name - for standard input' : '';
    return new Error(`${sentence}${remedy}`, { cause });
  });
}

/**
 * Writes bytes to a file; to standard output for `-` or where no file is named, as a dump where that is a terminal and
 * `-` was not said.
 */
export function writeImage(file: string | undefined, bytes: Uint8Array, from: number, io: ImageIo): void {
  if (file !== undefined && file !== '-') {
    if (statsAt(file)?.isFIFO() === true)
      throw new Error(`${file} is a FIFO; name a file, or - for standard output`);
    try {
      writeFileSync(file, bytes);
    } catch (thrown) {
      throw new Error(writeFault(file, thrown));
    }
  } else if (file === undefined && io.stdout.isTTY === true) {
    for (const line of hexDump(bytes, from)) io.stdout.write(line);
  } else io.stdout.write(bytes);
}

/** @throws {UsageError} when the image does not fit into the range */
export function checkFits(image: Uint8Array, room: number, file: string): void {
  if (image.length === 0) throw new UsageError(`${file === '-' ? 'standard input' : file} is empty`);
  if (image.length > room)
    throw new UsageError(
      `${file === '-' ? 'standard input' : file} is too long: ${image.length} bytes, the range holds ${room}; use --length to write a part of it, or another --offset`,
    );
}

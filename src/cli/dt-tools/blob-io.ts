import { FdtError, FlatTree, ValueFormatError } from '../../devicetree/index.ts';
import { Failure } from './command.ts';
import { bytesOf, type DtIo, reasonOf } from './dt-io.ts';

export function readFile(path: string, io: DtIo): Uint8Array {
  try {
    return io.readFile(path);
  } catch (error) {
    throw new Failure(`Couldn't open blob from '${path}': ${reasonOf(error)}`);
  }
}

export function openTree(path: string, io: DtIo): FlatTree {
  const bytes = readFile(path, io);
  return inTree(path, () => new FlatTree(bytes));
}

export function writeBlob(path: string, blob: Uint8Array, io: DtIo): void {
  try {
    io.writeFile(path, blob);
  } catch (error) {
    throw new Failure(`Couldn't write blob to '${path}': ${reasonOf(error)}`);
  }
}

/** Runs `work`, which may find that the tree has not what is asked for at `place`. */
export function inTree<T>(place: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof FdtError) throw new Failure(`Error at '${place}': ${error.code}: ${error.message}`);
    if (error instanceof ValueFormatError) throw new Failure(`Error at '${place}': ${error.message}`);
    throw error;
  }
}

/** Prints a line of text that has one character a byte. */
export function print(latin1: string, io: DtIo): void {
  io.stdout.write(bytesOf(`${latin1}\n`));
}

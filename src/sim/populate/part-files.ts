import { resolve } from 'node:path';
import { type DeviceNode, NodeError } from '../../bus/index.ts';
import type { Clock } from '../kit/clock.ts';
import { contentsFileOf, fileContents, volatileContents } from '../kit/contents.ts';
import { readPartFile } from '../kit/part-file.ts';
import type { PartContext } from './context.ts';
import type { PartRegistry } from './registry.ts';

/**
 * The files of a part. `directory`: where their names start from; undefined: the board is only looked at, and none is
 * opened.
 */
export function partFiles(
  node: DeviceNode,
  directory: string | undefined,
  parts: PartRegistry,
  clock: Clock,
  warn: (sentence: string) => void,
): Pick<PartContext, 'readFile' | 'contents'> {
  return {
    readFile: (property) => {
      if (directory === undefined) return undefined;
      const name = node.string(property);
      if (name === undefined) return undefined;
      const file = resolve(directory, name);
      try {
        return readPartFile(file);
      } catch (error) {
        throw new NodeError(node, property, `cannot be loaded: ${(error as Error).message}`);
      }
    },
    contents: (size, fill) => {
      const file = directory === undefined ? undefined : contentsFileOf(node, directory);
      if (file === undefined) return volatileContents(size, fill);
      const contents = fileContents(file, size, fill, clock, warn);
      parts.keep(contents);
      return contents;
    },
  };
}

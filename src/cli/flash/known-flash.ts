import { loadParts, partFor } from '../../parts/index.ts';
import { byteCount, exactByteCount } from '../memory/byte-count.ts';
import type { Target } from '../memory/target.ts';
import type { Rows } from '../memory/tasks.ts';

const ASK = 'use --live to ask the chip';

/**
 * What the tree and the data sheet of its compatible say of a flash, without a transfer.
 * @throws {Error} neither of them knows it
 */
export async function knownOf(target: Target): Promise<{ readonly title: string; readonly rows: Rows }> {
  const { nodePath, path, types } = target;
  const sheet = partFor(await loadParts(types), 'spi', types);
  if (sheet?.node !== 'flash') {
    const what =
      types.length === 0 ? `no part of the tree is at ${nodePath}` : `no data sheet for ${types[0]}`;
    throw new Error(`${path ?? nodePath}: ${what}; ${ASK}`);
  }
  const { memory } = sheet;
  const size = target.property('size') ?? memory?.size;
  return {
    title: `${sheet.title} on ${nodePath}`,
    rows: [
      ...(path === undefined ? [] : [['node', path] as const]),
      ['size', size === undefined ? `not in the tree; ${ASK}` : exactByteCount(size)],
      ...(memory === undefined ? [] : [['page', byteCount(memory.pageSize)] as const]),
      ...(size === undefined ? [] : [['addresses', `${size > 1 << 24 ? 4 : 3} bytes`] as const]),
      ...(target.readOnly ? [['read-only', 'yes (device tree)'] as const] : []),
    ],
  };
}

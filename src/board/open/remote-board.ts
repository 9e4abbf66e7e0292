import { createRequire } from 'node:module';
import { isNodeError, wellFormed } from '../../bus/index.ts';
import type { Node, Tree } from '../../devicetree/index.ts';
import { findDevices, type VirtioNode } from '../../frontend/index.ts';
import { invalid } from '../../input/index.ts';
import { BoardError } from '../board-error.ts';

/** The property of a board's root that says where a board is shared whose buses are this one's. */
const PLACE = 'dtbus,remote';
const EXAMPLE = 'the place of a shared board, as "remote:ssh://bench3"';

/**
 * What a tree with `dtbus,remote` has beside what stands in it, as an overlay's text: a host for each bus and GPIO controller
 * without one, which is that of the same name of the shared board. Undefined for any other tree.
 * @throws {BoardError} the value is no such place
 */
export function remoteHostsFor(file: string, tree: Tree): string | undefined {
  const property = tree.root.property(PLACE);
  if (property === undefined) return undefined;
  const place = placeIn(file, tree.root);
  const devices = findDevices(tree).filter(({ node }) => !node.has('dtbus,host'));
  // What is wrong with a host is told at the line that asks for it.
  const { span } = property;
  const at =
    span === undefined ? '' : `\n# ${span.line} ${JSON.stringify(span.file)}\n${' '.repeat(span.column - 1)}`;
  const hosts = devices.map((device) => {
    const name = nameOf(device);
    const chips = device.kind === 'spi' ? ` num-cs = <${chipSelectsOf(device.node)}>;` : '';
    return `${at}${labelOf(device)}: ${name} { compatible = "dtbus,remote"; port = ${JSON.stringify(`${place}/${name}`)};${chips} };`;
  });
  const buses = devices.map((device) => `&{${device.node.path}} { dtbus,host = <&${labelOf(device)}>; };`);
  return `/ { dtbus-remote { ${hosts.join(' ')} }; }; ${buses.join(' ')}\n`;
}

/** @throws {BoardError} */
function placeIn(file: string, root: Node): string {
  const wrong = (got: unknown): BoardError =>
    new BoardError(`${file}: ${invalid(PLACE, EXAMPLE, got).message}`);
  let place: string | undefined;
  try {
    place = root.string(PLACE);
  } catch (error) {
    if (!isNodeError(error)) throw error;
  }
  if (!place?.startsWith('remote:')) throw wrong(place ?? root.bytes(PLACE));
  const load = createRequire(import.meta.url);
  const { remoteAddress } = load('#built/src/remote/index.js') as {
    remoteAddress(text: string): { readonly bus: string | undefined };
  };
  try {
    if (remoteAddress(place).bus !== undefined) throw wrong(place);
  } catch (error) {
    if (error instanceof RangeError) throw new BoardError(`${file}: ${PLACE}: ${error.message}`);
    throw error;
  }
  return place;
}

const nameOf = ({ kind, number }: VirtioNode): string => `${kind}-${number}`;
const labelOf = ({ kind, number }: VirtioNode): string => `dtbus_remote_${kind}_${number}`;

/** As many as the bus says, or as its children need. */
function chipSelectsOf(bus: Node): number {
  const selects = bus.children.flatMap((child) => wellFormed(() => child.u32s('reg')) ?? []);
  return wellFormed(() => bus.u32('num-cs')) ?? Math.min(256, Math.max(0, ...selects) + 1);
}

import { type DeviceNode, NodeError, type NodeProblem } from '../../bus/index.ts';
import type { PropertyValue } from '../wire/part.ts';
import { PartError, POWERED, type PropertyDeclaration } from '../wire/property.ts';
import type { PartRegistry } from './registry.ts';

/** `dtbus,set = "temperature=31.5", "pressure=98765";`: what a part's properties are when the board comes up. */
const PRESET = 'dtbus,set';

/** Sets what `node` says of its part, which is in `parts`. A setting that cannot be done is told, and left out. */
export function applyPreset(
  node: DeviceNode,
  parts: PartRegistry,
  complain: (problem: NodeProblem) => void,
): void {
  if (!node.has(PRESET)) return;
  const properties = [...parts.at(node.path).model.properties, POWERED];
  for (const setting of node.strings(PRESET) ?? []) {
    const [, name = '', text] = /^(\w+)=(.*)$/s.exec(setting) ?? [];
    if (text === undefined) {
      complain(
        new NodeError(
          node,
          PRESET,
          `invalid setting "${setting}": expected name=value, as in "temperature=31.5"`,
        ),
      );
      continue;
    }
    const declared = properties.find((property) => property.name === name);
    const value = declared === undefined ? text : meaningOf(declared, text);
    try {
      parts.set(node.path, name, value);
    } catch (error) {
      if (!(error instanceof PartError)) throw error;
      complain(new NodeError(node, PRESET, error.sentence));
    }
  }
}

/** The value that a text means for a property; the text itself where it means none. */
function meaningOf({ kind }: PropertyDeclaration, text: string): PropertyValue {
  switch (kind) {
    case 'number':
    case 'integer':
      return text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text);
    case 'flag':
      return text === 'true' ? true : text === 'false' ? false : text;
    case 'text':
      return text;
    case 'bytes':
      return /^(\s*[0-9a-f]{2})*\s*$/i.test(text) ? Buffer.from(text.replace(/\s/g, ''), 'hex') : text;
  }
}

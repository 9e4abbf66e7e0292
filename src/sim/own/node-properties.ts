import type { NodeProperty } from '../../parts/index.ts';
import { type Check, isObject, objectOf, oneOf, refuse, text } from './keys.ts';

/** What a part reads from its node, by the names of the properties. */
export const nodeProperties: Check = (value, key, fault) => {
  const each = objectOf<NodeProperty>({ type: oneOf('flag', 'u32', 'u32s', 'string', 'bytes'), doc: text }, [
    'type',
    'doc',
  ]);
  if (!isObject(value)) return refuse('an object', value, key, fault);
  for (const [name, declared] of Object.entries(value)) each(declared, `${key}["${name}"]`, fault);
};

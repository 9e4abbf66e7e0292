import type { NodeProperty } from '../../parts/index.ts';
import { type Check, is, isObject, objectOf, oneOf, text } from './keys.ts';

/** What a part reads from its node, by the names of the properties. */
export const nodeProperties: Check = (value, key, fault) => {
  const each = objectOf<NodeProperty>({ type: oneOf('flag', 'u32', 'u32s', 'string', 'bytes'), doc: text }, [
    'type',
    'doc',
  ]);
  const properties = isObject(value) ? Object.entries(value) : [];
  if (!isObject(value)) is('an object', () => false)(value, key, fault);
  for (const [name, declared] of properties) each(declared, `${key}["${name}"]`, fault);
};

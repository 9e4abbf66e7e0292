import type { PartModel } from '../populate/catalogue.ts';
import type { PropertyDeclaration } from '../wire/property.ts';
import { anything, callback, flag, integer, listOf, namedBy, objectOf, oneOf, text } from './keys.ts';
import { nodeProperties } from './node-properties.ts';
import { KINDS, range } from './property.ts';

const model = objectOf<Omit<PartModel, 'isolated'>>(
  {
    compatible: listOf('names', text, 1),
    title: text,
    level: oneOf('behaves', 'answers'),
    properties: listOf(
      'properties',
      objectOf<PropertyDeclaration>(
        { name: text, kind: oneOf(...KINDS), unit: text, range, readOnly: flag, doc: text },
        ['name', 'kind'],
      ),
    ),
    nodeProperties,
    registers: namedBy(integer(0, 0xffff)),
    sheet: anything,
    bus: oneOf('i2c', 'spi'),
    create: callback,
  },
  ['compatible', 'title', 'properties', 'bus', 'create'],
);

/** Every fault of a model, a sentence each; none where it is one. */
export function faultsOfModel(given: unknown): readonly string[] {
  const faults: string[] = [];
  model(given, 'the model', (sentence) => void faults.push(sentence));
  return faults;
}

import { didYouMean } from '../../../input/index.ts';
import type { LiveNode } from '../../tree/live-node.ts';
import type { LiveProperty } from '../../tree/live-property.ts';
import type { Check, CheckContext } from '../check.ts';
import { cellsOf, textOf, warning } from '../define.ts';
import type { Binding, PropertySchema, PropertyType } from './binding.ts';
import { BINDINGS } from './bindings.ts';

/** Checks by our own bindings (dts/bindings): names, types and ranges of the properties that are ours. */

const PREFIX = 'dtbus,';
/** Properties that any node may have (Devicetree Specification 2.3). */
const STANDARD = ['compatible', 'status', 'phandle', 'linux,phandle', 'name', 'model', 'label', 'reg'];

/** Every property with our prefix, wherever it may stand. */
const OURS: ReadonlyMap<string, PropertySchema> = new Map(
  BINDINGS.flatMap(({ properties }) => Object.entries(properties)).filter(([name]) =>
    name.startsWith(PREFIX),
  ),
);

const BY_COMPATIBLE: ReadonlyMap<string, Binding> = new Map(
  BINDINGS.flatMap((binding) => binding.compatibles.map((compatible) => [compatible, binding])),
);

/** Our binding of a compatible, where it is one of ours. */
export function bindingFor(compatible: string): Binding | undefined {
  return BY_COMPATIBLE.get(compatible);
}

/** A type: whether a value is of it, and how it is written. */
interface Form {
  readonly holds: (property: LiveProperty) => boolean;
  readonly expected: string;
  readonly example: string;
}

const isText = ({ value }: LiveProperty): boolean => value.length > 0 && value.at(-1) === 0;

const FORMS: Readonly<Record<PropertyType, Form>> = {
  boolean: { holds: ({ length }) => length === 0, expected: 'no value', example: '' },
  uint32: { holds: ({ length }) => length === 4, expected: 'one number', example: ' = <1>' },
  'uint32-matrix': {
    holds: ({ length }) => length > 0 && length % 4 === 0,
    expected: 'numbers',
    example: ' = <1 2>',
  },
  'uint8-array': { holds: ({ length }) => length > 0, expected: 'bytes', example: ' = [01 02]' },
  phandle: { holds: ({ length }) => length === 4, expected: 'a reference to a node', example: ' = <&label>' },
  string: {
    holds: (property) => isText(property) && property.value.indexOf(0) === property.length - 1,
    expected: 'one string',
    example: ' = "text"',
  },
  'string-array': { holds: isText, expected: 'strings', example: ' = "text", "text"' },
};

const ourProperties = warning('dtbus_property', [], (node, context) => {
  for (const property of node.properties) {
    if (!property.name.startsWith(PREFIX)) continue;
    const schema = OURS.get(property.name);
    if (schema !== undefined) checkValue(node, property, schema, context);
    else
      context.fail(node, property, `unknown property ${property.name}`, {
        hint: nearest(property.name, OURS.keys()) ?? 'see dts/bindings for the properties of dtbus',
      });
  }
});

/** The binding of a node that is one of ours. */
export function bindingOf(node: LiveNode): Binding | undefined {
  return node.compatible.map(bindingFor).find((found) => found !== undefined);
}

/** What the checks of buses say, where something is on one. */
const OF_BUSES = ['#address-cells', '#size-cells'];

/** Adapters, of which our bindings know all properties, and our buses and GPIO controllers, which may have others. */
const ourNodes = warning('dtbus_node', [], (node, context) => {
  const binding = bindingOf(node);
  if (binding === undefined) return;
  checkNames(node, binding, context);
  for (const name of binding.required)
    if (!node.has(name) && !OF_BUSES.includes(name))
      context.fail(node, undefined, `missing property ${name}`, {
        hint: `add ${name}${exampleOf(binding.properties[name])}`,
      });
});

function checkNames(node: LiveNode, { properties, isComplete }: Binding, context: CheckContext): void {
  for (const property of node.properties) {
    const { name } = property;
    if (name.startsWith(PREFIX) || STANDARD.includes(name) || OF_BUSES.includes(name)) continue;
    const schema = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (schema !== undefined) checkValue(node, property, schema, context);
    else if (isComplete && !name.startsWith('#'))
      context.fail(node, property, `unknown property ${name}`, {
        hint: nearest(name, Object.keys(properties)) ?? `known are ${Object.keys(properties).join(', ')}`,
      });
  }
}

function nearest(name: string, known: Iterable<string>): string | undefined {
  const near = didYouMean(name, known);
  return near === undefined ? undefined : `did you mean ${near}?`;
}

function exampleOf(schema: PropertySchema | undefined): string {
  return schema?.type === undefined ? '' : FORMS[schema.type].example;
}

function checkValue(
  node: LiveNode,
  property: LiveProperty,
  schema: PropertySchema,
  { fail }: CheckContext,
): void {
  const { type, values, minimum = 0, maximum = 0xffff_ffff } = schema;
  const { name } = property;
  if (type !== undefined && !FORMS[type].holds(property)) {
    const { expected, example } = FORMS[type];
    fail(node, property, `invalid ${name}: expected ${expected}`, { hint: `write ${name}${example};` });
    return;
  }
  if (values !== undefined) {
    const value = typeof values[0] === 'number' ? cellsOf(property)[0] : textOf(property);
    if (value !== undefined && !values.includes(value))
      fail(node, property, `invalid ${name}: expected ${values.join(' or ')}, got ${value}`, {
        hint: `write ${name} = ${values.map((each) => (typeof each === 'number' ? `<${each}>` : `"${each}"`)).join(' or ')}`,
      });
  }
  const [number] = type === 'uint32' ? cellsOf(property) : [];
  if (number !== undefined && (number < minimum || number > maximum))
    fail(node, property, `invalid ${name}: expected ${minimum} to ${maximum}, got ${number}`, {
      hint: `write a number from ${minimum} to ${maximum}`,
    });
}

/** The checks of our own properties. */
export const OUR_PROPERTY_CHECKS: readonly Check[] = [ourProperties, ourNodes];

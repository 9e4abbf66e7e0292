import type { Check } from './check.ts';
import { atName, error, having, onDemand, warning } from './define.ts';

/** What names may look like. Devicetree Specification 2.2.1 (nodes) and 2.2.4.1 (properties). */

const NODE = /[^A-Za-z0-9,._+@-]/;
const PROPERTY = /[^A-Za-z0-9,._+*#?-]/;
const RECOMMENDED = /[^A-Za-z0-9,-]/;

const nodeNameChars = error('node_name_chars', [], (node, { fail }) => {
  if (!NODE.test(node.name)) return;
  const bad = NODE.exec(node.name)?.[0];
  if (bad !== undefined)
    fail(node, undefined, `invalid character "${bad}" in a node name`, {
      ...atName(node),
      hint: 'use letters, digits and , . _ + - with one @ before the unit address',
    });
});

const nodeNameCharsStrict = onDemand('node_name_chars_strict', [], (node, { fail }) => {
  const bad = RECOMMENDED.exec(node.baseName)?.[0];
  if (bad !== undefined)
    fail(node, undefined, `"${bad}" is not recommended in a node name`, {
      ...atName(node),
      hint: 'use letters, digits, comma and dash',
    });
});

const nodeNameFormat = error('node_name_format', ['node_name_chars'], (node, { fail }) => {
  if (node.unitAddress.includes('@'))
    fail(node, undefined, 'the node name has more than one @', {
      ...atName(node),
      hint: 'use one @, before the unit address',
    });
});

const nodeNameNotEmpty = error('node_name_not_empty', ['node_name_chars'], (node, { fail }) => {
  if (node.baseName === '' && node.parent !== undefined)
    fail(node, undefined, 'the node has no name', {
      ...atName(node),
      hint: 'put a name before the @ of the unit address',
    });
});

const propertyNameChars = having(
  (name) => PROPERTY.test(name),
  error('property_name_chars', [], (node, { fail }) => {
    for (const property of node.properties) {
      const bad = PROPERTY.exec(property.name)?.[0];
      if (bad !== undefined)
        fail(node, property, `invalid character "${bad}" in a property name`, {
          hint: 'use letters, digits and , . _ + ? # -',
        });
    }
  }),
);

const propertyNameCharsStrict = onDemand('property_name_chars_strict', [], (node, { fail }) => {
  for (const property of node.properties) {
    // `#` may lead the name, also behind a vendor's prefix: `#size-cells`, `ibm,#dma-size-cells`.
    const name = property.name.replace(/^([A-Za-z0-9-]*,)*#/, '');
    const bad = RECOMMENDED.exec(name)?.[0];
    if (bad !== undefined && property.name !== 'device_type')
      fail(node, property, `"${bad}" is not recommended in a property name`, {
        hint: 'use letters, digits, comma and dash',
      });
  }
});

const nodeNameVsPropertyName = warning(
  'node_name_vs_property_name',
  ['node_name_chars'],
  (node, { fail }) => {
    if (node.parent?.has(node.name))
      fail(node, undefined, `${node.parent.path} also has a property called ${node.name}`, {
        ...atName(node),
        hint: 'rename one of them: some readers keep both in one table',
      });
  },
);

/** dtc's checks of the names of nodes and properties (Devicetree Specification 2.2.1, 2.2.4.1). */
export const NAME_CHECKS: readonly Check[] = [
  nodeNameChars,
  nodeNameFormat,
  nodeNameNotEmpty,
  propertyNameChars,
  nodeNameVsPropertyName,
  propertyNameCharsStrict,
  nodeNameCharsStrict,
];

import type { LiveProperty } from '../tree/live-property.ts';
import type { Check } from './check.ts';
import { bytes, having, warning } from './define.ts';

/** What the values of well-known properties look like. Devicetree Specification 2.2.4.2 and 2.3. */

/** The check that `propertyName` is one cell, wherever it is. */
export function cellCheck(name: string, propertyName: string): Check {
  return having(
    propertyName,
    warning(name, [], (node, { fail }) => {
      const property = node.property(propertyName);
      if (property !== undefined && property.length !== 4)
        fail(node, property, `${propertyName} has ${bytes(property.length)}; expected one cell`, {
          hint: `write ${propertyName} = <…> with one number`,
        });
    }),
  );
}

export const NOT_A_STRING = 'invalid value: expected one string';
export const WRITE_A_STRING = 'write one string in quotes';

function stringCheck(name: string, propertyName: string): Check {
  return having(
    propertyName,
    warning(name, [], (node, { fail }) => {
      const property = node.property(propertyName);
      if (property !== undefined && !property.isString)
        fail(node, property, NOT_A_STRING, { hint: WRITE_A_STRING });
    }),
  );
}

function stringListCheck(name: string, isMeant: (propertyName: string) => boolean): Check {
  const check = warning(name, [], (node, { fail }) => {
    const { allProperties } = node;
    for (let i = 0; i < allProperties.length; i++) {
      const property = allProperties[i] as LiveProperty;
      if (!property.isStringList && !property.deleted && isMeant(property.name))
        fail(node, property, 'invalid value: expected a list of strings', {
          hint: 'write strings in quotes, separated by commas',
        });
    }
  });
  return having(isMeant, check);
}

/** dtc's checks that standard properties are cells, strings or lists of strings. */
export const VALUE_FORM_CHECKS: readonly Check[] = [
  cellCheck('address_cells_is_cell', '#address-cells'),
  cellCheck('size_cells_is_cell', '#size-cells'),
  stringCheck('device_type_is_string', 'device_type'),
  stringCheck('model_is_string', 'model'),
  stringCheck('status_is_string', 'status'),
  stringCheck('label_is_string', 'label'),
  stringListCheck('compatible_is_string_list', (name) => name === 'compatible'),
  stringListCheck('names_is_string_list', (name) => name.endsWith('-names')),
];

import { hexByte } from '../../bus/words.ts';
import type { PartListing, PartProperty } from './part-listing.ts';

/** Where a part without a data sheet stands in an example. */
const ANYWHERE = 0x30;

/** A node that a tree could have for the part, by its data sheet. */
export function exampleNode({ name, buses, compatible, sheet }: PartListing): string {
  const unit = buses[0] === 'spi' ? 0 : (sheet?.forms.i2c?.address ?? ANYWHERE);
  const lines = [
    `part: ${sheet?.node ?? name}@${unit.toString(16)} {`,
    `\tcompatible = "${compatible[0]}";`,
    `\treg = <${buses[0] === 'spi' ? '0' : hexByte(unit)}>;`,
    ...(sheet?.nodeExample ?? []).map((line) => `\t${line}`),
    '};',
  ];
  return lines.join('\n');
}

/** `board.part('&part').temperature = 31.5;` */
export function exampleScript(part: PartListing): string | undefined {
  const settables = part.properties.filter((property) => property.readOnly !== true);
  const settable = settables.find(({ name }) => name === 'contents') ?? settables[0];
  return settable && `board.part('&part').${settable.name} = ${exampleValue(settable)};`;
}

/** Values that look like what people measure, by the unit of the property. */
const EXAMPLES: Readonly<Record<string, number>> = {
  '°C': 31.5,
  '%RH': 45.5,
  '%': 45.5,
  hPa: 1013.25,
  Pa: 101325,
  kPa: 101.3,
  V: 1.5,
  mV: 1500,
  A: 0.5,
  mA: 500,
  lx: 350,
  mm: 250,
  ms: 5,
  g: 1,
  'm/s²': 9.8,
  '°/s': 90,
};

/** A value of the property's kind, within its range; levels of pins (no unit) are whole numbers. */
function exampleValue({ kind, unit, range }: PartProperty): string {
  switch (kind) {
    case 'flag':
      return 'true';
    case 'text':
      return "'…'";
    case 'bytes':
      return 'Uint8Array.of(1, 2, 3)';
    case 'number':
    case 'integer': {
      const [least, most] = range ?? [0, 1];
      const usual = unit === undefined ? undefined : EXAMPLES[unit];
      if (usual !== undefined && usual >= least && usual <= most) return String(usual);
      // All pins high but the first, as if its button were pressed.
      if (unit === undefined && Number.isInteger(Math.log2(most + 1)) && most > 1)
        return `0x${(most - 1).toString(16)}`;
      return String(least <= 1 && most >= 1 ? 1 : most);
    }
  }
}

import type { loadCatalogue } from '../../board/index.ts';
import { JUDGES } from './judges.ts';
import { type SheetFacts, sheetFacts } from './part-sheet.ts';

export type PartModel = Awaited<ReturnType<typeof loadCatalogue>>['models'][number];
export type PartProperty = PartModel['properties'][number];

/** A simulated part as people look for it: one title, though it may sit on both buses. */
export interface PartListing {
  /** `lm75`: its first compatible without the vendor. */
  readonly name: string;
  readonly title: string;
  readonly compatible: readonly string[];
  readonly buses: readonly ('i2c' | 'spi')[];
  readonly properties: readonly PartProperty[];
  /** What it reads from its node in the device tree. */
  readonly nodeProperties: Exclude<PartModel['nodeProperties'], undefined>;
  /** `answers`: by its registers only. */
  readonly level: Exclude<PartModel['level'], undefined>;
  /** Drivers of others that were compared with it in tests: `Linux: lm75`. */
  readonly judges: readonly string[];
  /** What its data sheet says; a model without one has none. */
  readonly sheet?: SheetFacts;
}

/** Every model, sorted by name; one that exists for both buses is one part. */
export function listParts(models: readonly PartModel[]): PartListing[] {
  const parts = new Map<string, PartListing>();
  for (const { title, compatible, bus, level = 'behaves', properties, nodeProperties, sheet } of models) {
    const known = parts.get(title);
    const facts = known?.sheet ?? (sheet && sheetFacts(sheet));
    parts.set(title, {
      name: known?.name ?? withoutVendor(compatible[0] ?? title),
      title,
      compatible: [...new Set([...(known?.compatible ?? []), ...compatible])],
      buses: [...new Set([...(known?.buses ?? []), bus])],
      level,
      properties: known?.properties ?? properties,
      nodeProperties: known?.nodeProperties ?? sheet?.nodeProperties ?? nodeProperties ?? {},
      judges: [...new Set([...(known?.judges ?? []), ...judgesOf(compatible)])],
      ...(facts && { sheet: facts }),
    });
  }
  return [...parts.values()].sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
}

/** Of a part by any of its names, whatever the vendor. */
function judgesOf(compatible: readonly string[]): readonly string[] {
  const names = compatible.map(withoutVendor);
  return Object.entries(JUDGES).flatMap(([judged, judges]) =>
    names.includes(withoutVendor(judged)) ? judges : [],
  );
}

/** What a property takes: `-55 to 125 °C`, `flag`. */
export function propertyKind({ kind, unit, range }: PartProperty): string {
  if (kind !== 'number' && kind !== 'integer') return kind;
  const within = range === undefined ? undefined : `${range[0]} to ${range[1]}`;
  const limits = kind === 'integer' ? `integer ${within ?? ''}`.trimEnd() : (within ?? kind);
  return unit === undefined ? limits : `${limits} ${unit}`;
}

/** `ti,tmp102` -> `tmp102` */
export function withoutVendor(compatible: string): string {
  return compatible.slice(compatible.indexOf(',') + 1);
}

import type { DataSheet } from './data-sheet.ts';
import type { Part } from './model.ts';
import { PART_FILES, type PartFile } from './part-files.ts';

/** `atmel,24c02` -> `24c02`: a name as Linux's id tables have it. */
export function withoutVendor(compatible: string): string {
  return compatible.slice(compatible.indexOf(',') + 1);
}

let known: ReadonlySet<string> | undefined;

/** Every compatible that a part answers for; loads no data sheet. */
export function knownCompatibles(): ReadonlySet<string> {
  known ??= new Set(PART_FILES.flatMap(namesOf));
  return known;
}

/** The compatibles of a file of parts. */
export function namesOf({ compatible }: PartFile): readonly string[] {
  return compatible.slice(1, -1).split('\n');
}

/** Whether a part answers for a node with these compatibles; see `partFor`. Loads nothing. */
export function hasModel(compatible: readonly string[]): boolean {
  const [first = ''] = compatible;
  return filesFor([first]).length > 0 || compatible.some((name) => filesWith('\n', name).length > 0);
}

/** The only kind of bus that a known compatible has a part for; undefined for both, and for others. Loads nothing. */
export function busOf(compatible: string): 'i2c' | 'spi' | undefined {
  const kinds = new Set(filesFor([compatible]).map(({ bus }) => bus));
  return kinds.size === 1 ? [...kinds][0] : undefined;
}

/** Those that were looked for. */
const filesByName = new Map<string, readonly PartFile[]>();

/** The files with a part for one of the names, with or without its vendor. */
function filesFor(compatibles: Iterable<string>): readonly PartFile[] {
  const files = new Set<PartFile>();
  for (const compatible of compatibles)
    for (const file of filesNamed(withoutVendor(compatible))) files.add(file);
  return files.size < 2 ? [...files] : PART_FILES.filter((file) => files.has(file));
}

/** The files with a part of that name, whatever its vendor. */
function filesNamed(name: string): readonly PartFile[] {
  const known = filesByName.get(name);
  if (known !== undefined) return known;
  const found = [...filesWith(',', name), ...filesWith('\n', name)];
  filesByName.set(name, found);
  return found;
}

/** The files with a name that stands behind `before`. One of several lines, which a blob may have, is none of theirs. */
function filesWith(before: string, name: string): readonly PartFile[] {
  const line = `${before}${name}\n`;
  return name.includes('\n') ? [] : PART_FILES.filter(({ compatible }) => compatible.includes(line));
}

/**
 * The parts for `compatibles`, with or without their vendors, and perhaps some more of the same files.
 * Without an argument: all there are.
 */
export async function loadParts(compatibles?: Iterable<string>): Promise<readonly Part[]> {
  const files = compatibles === undefined ? PART_FILES : filesFor(compatibles);
  const modules = await Promise.all(files.map(({ load }) => load()));
  return modules.flatMap(({ parts }) => parts);
}

/**
 * The part that a node with these compatibles is, by Linux's rule: the earlier in the list, the better; the first one,
 * which names the chip, also without its vendor, as an id table would match it.
 */
export function partFor<P extends DataSheet>(
  parts: readonly P[],
  bus: 'i2c' | 'spi',
  compatible: readonly string[],
): P | undefined {
  const onBus = parts.filter((part) => part.bus[bus] !== undefined);
  const named = (name: string) => onBus.find((part) => part.compatible.includes(name));
  const [first = '', ...others] = compatible;
  const bare = withoutVendor(first);
  const same = (name: string) => withoutVendor(name) === bare;
  const found = named(first) ?? onBus.find((part) => part.compatible.some(same));
  if (found !== undefined) return found;
  for (const name of others) {
    const part = named(name);
    if (part !== undefined) return part;
  }
  return undefined;
}

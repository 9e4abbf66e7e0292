import { didYouMean } from '../../../input/index.ts';
import type { LiveNode } from '../../tree/live-node.ts';
import type { Check } from '../check.ts';
import { warning } from '../define.ts';
import { bindingFor } from './our-properties.ts';
import { type BoardBus, peripheralsOf } from './peripherals.ts';

/** Checks of names that somebody must know for the board to work: of our buses, and of the parts on them. */

const PLATFORM = 'platform,virtio-';

/** `virtio-i2c` is the driver's name; the node is matched by `platform,virtio-i2c`. */
const virtioName = warning('bus_compatible', [], (node, { fail }) => {
  for (const compatible of node.compatible) {
    if (!compatible.includes('virtio') || bindingFor(compatible) !== undefined) continue;
    const kind = /virtio[-_](i2c|spi|gpio)/.exec(compatible)?.[1];
    if (kind === undefined) continue;
    fail(node, node.property('compatible'), `unknown compatible "${compatible}": no bus comes of it`, {
      hint: `write compatible = "${PLATFORM}${kind}"`,
    });
  }
});

/** What is known of parts. */
export interface KnownParts {
  /** Every compatible that a part answers for. */
  readonly compatibles: ReadonlySet<string>;
  /** The only kind of bus that such a compatible has a part for; undefined for both. */
  readonly busOf?: ((compatible: string) => 'i2c' | 'spi' | undefined) | undefined;
}

/** Names of a family that are told: there are families of twenty. */
const LISTED = 6;

const BUS_NAMES = { i2c: 'I2C', spi: 'SPI' } as const;

/** A part without a model stays silent on its bus: the name is told of where it looks like one that has a model. */
export function partNameCheck(
  buses: ReadonlyMap<LiveNode, BoardBus>,
  { compatibles: known, busOf }: KnownParts,
): Check {
  // Most boards name nothing else than what is known.
  let models: ReadonlyMap<string, readonly string[]> | undefined;
  const sameModel = (name: string): readonly string[] => {
    models ??= byModel(known);
    return models.get(withoutVendor(name)) ?? [];
  };
  return warning('unknown_compatible', [], (node, { fail }) => {
    const bus = buses.get(node);
    if (bus === undefined) return;
    for (const child of peripheralsOf(node)) {
      if (child.has('dtbus,model') || child.has('dtbus,dump')) continue;
      const property = child.property('compatible');
      const say = (message: string, hint: string): void => fail(child, property, message, { hint });
      const found = child.compatible.find((each) => known.has(each));
      const only = found === undefined ? undefined : busOf?.(found);
      if (only !== undefined && only !== bus.kind)
        say(
          `"${found}" is an ${BUS_NAMES[only]} part on an ${BUS_NAMES[bus.kind]} bus`,
          `move the node to an ${BUS_NAMES[only]} bus`,
        );
      if (found !== undefined) continue;
      const [name, ...others] = child.compatible as readonly [string, ...string[]];
      const same = sameModel(name);
      if (others.some((each) => sameModel(each).length > 0)) continue;
      const family = same.length > 0 ? [] : familyOf(name, known);
      const meant = same.length > 0 ? nearVendor(name, same, known) : nearPart(name, known);
      if (family.length > 0)
        say(`"${name}" names a family of parts: no model answers for it`, `name the part: ${listed(family)}`);
      else if (meant !== undefined)
        say(same.length > 0 ? `unknown vendor in "${name}"` : noModel(name), `did you mean "${meant}"?`);
    }
  });
}

function noModel(name: string): string {
  return `unknown compatible "${name}": no model answers for it`;
}

/** Compatibles by their names without the vendors. */
function byModel(known: Iterable<string>): ReadonlyMap<string, readonly string[]> {
  const models = new Map<string, string[]>();
  for (const name of known) {
    const model = withoutVendor(name);
    const list = models.get(model);
    if (list === undefined) models.set(model, [name]);
    else list.push(name);
  }
  return models;
}

/** The parts that `nxp,pcf857x` may be: Zephyr names some by their families, and their size by `ngpios`. */
function familyOf(name: string, known: ReadonlySet<string>): readonly string[] {
  const [, letters, digits, rest] = /^([a-z]+,[a-z]+)(\d+[a-z]*?)(x+)$/.exec(name) ?? [];
  if (letters === undefined || digits === undefined || rest === undefined) return [];
  const member = new RegExp(`^${letters}${digits}\\d{${rest.length}}[a-z]?$`);
  return [...known].filter((each) => member.test(each)).sort();
}

function listed(names: readonly string[]): string {
  return [...names.slice(0, LISTED), ...(names.length > LISTED ? ['…'] : [])].join(', ');
}

function nearPart(name: string, known: ReadonlySet<string>): string | undefined {
  // Linux adds to some what of the part its driver is for: st,lis3dh-accel.
  const longer = [...known].find((each) => each.startsWith(`${name}-`));
  const near = longer ?? didYouMean(name, known) ?? sameIgnoringCase(name, known);
  if (near === undefined || !isOtherNumber(name, near)) return near;
  // Beside ti,tmp100, which is another part: ti,tmp102, for ti,tmp120.
  const sameNumber = [...known].filter((each) => !isOtherNumber(name, each));
  return didYouMean(name, sameNumber, 1);
}

/** The part that another vendor makes, where the vendor is misspelt and none that is known. */
function nearVendor(name: string, same: readonly string[], known: ReadonlySet<string>): string | undefined {
  const vendor = vendorOf(name);
  if (vendor.length < 3 || [...known].some((each) => vendorOf(each) === vendor)) return undefined;
  const near = didYouMean(vendor, same.map(vendorOf), 1);
  return same.find((each) => vendorOf(each) === near);
}

function vendorOf(compatible: string): string {
  return compatible.slice(0, Math.max(0, compatible.indexOf(',')));
}

/** `Bosch,BME280`: many letters away from what it says. */
function sameIgnoringCase(name: string, known: ReadonlySet<string>): string | undefined {
  const lower = name.toLowerCase();
  return lower === name || !known.has(lower) ? undefined : lower;
}

/** Another part, as 24c32 is to 24c02 and mcp2517fd to mcp23017, and not the same with two digits exchanged. */
function isOtherNumber(name: string, near: string): boolean {
  const digits = (text: string): string => [...text.replace(/\D/g, '')].sort().join('');
  return digits(name) !== digits(near);
}

/** As Linux matches a client by its id table (of_modalias_node). */
function withoutVendor(compatible: string): string {
  return compatible.slice(compatible.indexOf(',') + 1);
}

export const BUS_NAME_CHECKS: readonly Check[] = [virtioName];

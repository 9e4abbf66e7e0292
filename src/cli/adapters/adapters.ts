import { oneLine, plainJson } from '../../input/index.ts';
import { type FoundAdapter, findAdapters, type Look, listedPorts } from '../../machine/index.ts';
import { type Paint, paintFor } from '../terminal/style.ts';
import { warn } from '../terminal/warn.ts';
import { adapterNodes } from './adapter-node.ts';

/** `dtbus adapters`. @returns the exit code: finding none is no failure */
export async function showAdapters(json: boolean, look: Look = {}): Promise<number> {
  const found = process.platform === 'linux' ? findAdapters(look) : await listedPorts();
  if (json) process.stdout.write(`${plainJson(found.map(asJson), 2)}\n`);
  else if (found.length > 0) process.stdout.write(adapterText(found, paintFor(process.stdout)));
  else
    warn(
      'no adapter found: this machine shows no USB serial port, no known USB adapter, and no I2C, SPI or GPIO of its own',
    );
  return 0;
}

/** One adapter, as scripts get it. */
function asJson(adapter: FoundAdapter) {
  const { usb, access, heldBy, ...rest } = adapter;
  return {
    ...rest,
    ...(usb && { usb }),
    ...(heldBy !== undefined && { heldBy }),
    access,
    node: adapterNodes(adapter) ?? null,
  };
}

/** The list for people. */
export function adapterText(found: readonly FoundAdapter[], paint: Paint): string {
  return found.map((adapter) => `${linesOf(adapter, found, paint).join('\n')}\n`).join('\n');
}

function linesOf(adapter: FoundAdapter, all: readonly FoundAdapter[], paint: Paint): string[] {
  const { path, name, usb, access, heldBy } = adapter;
  const node = adapterNodes(adapter);
  const fields: (readonly [string, string | undefined])[] = [
    ['usb', usb && usbText(usb)],
    ['access', accessText(adapter)],
    ['to do', access.remedy],
    ['held by', heldBy],
    ['driver', node === undefined ? otherWay(adapter, all) : adapter.compatible.join(', ')],
  ];
  const said = fields.flatMap(([field, value]) =>
    value === undefined ? [] : `  ${field.padEnd(8)} ${oneLine(value)}`,
  );
  const indented =
    node
      ?.trimEnd()
      .split('\n')
      .map((line) => (line === '' ? '' : `    ${line}`)) ?? [];
  return [`${paint('bold', oneLine(path))}  ${oneLine(name)}`, ...said, ...indented];
}

/** What to take in the place of an adapter that dtbus does not drive itself. */
function otherWay({ usb }: FoundAdapter, all: readonly FoundAdapter[]): string {
  const made = all.filter((each) => each.usb?.port === usb?.port && each.compatible.length > 0);
  if (usb === undefined || made.length === 0) return 'dtbus has none for it yet';
  return `the kernel's: use ${made.map(({ path }) => path).join(', ')}`;
}

function accessText({ path, usb, access: { allowed, owner } }: FoundAdapter): string {
  if (usb?.keptOffBy !== undefined) return 'not authorized: Linux keeps it off';
  if (owner === undefined) return `not found: ${path}`;
  return `${owner}: ${allowed ? 'you may open it' : 'you may not open it'}`;
}

function usbText({ vendorId, productId, serial, port }: NonNullable<FoundAdapter['usb']>): string {
  const hex = (id: number) => id.toString(16).padStart(4, '0');
  return `${hex(vendorId)}:${hex(productId)} at ${port}${serial === undefined ? '' : `, serial number ${serial}`}`;
}

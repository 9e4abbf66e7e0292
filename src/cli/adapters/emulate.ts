import {
  EMULATED_KINDS,
  type EmulatedKind,
  type EmulatedKindName,
  emulateAdapter,
} from '../../board/served.ts';
import { oneLine, plainJson } from '../../input/index.ts';
import { type BoardArguments, treeOptions } from '../board/named-board.ts';
import { untilInterrupted } from '../terminal/until-interrupted.ts';
import { InvalidValue, invalidChoice, UsageError } from '../terminal/usage-error.ts';
import { warn } from '../terminal/warn.ts';

/** What `dtbus adapters --emulate` is told. */
export interface EmulateArguments extends BoardArguments {
  readonly emulate: string;
  readonly bus: readonly string[];
  readonly port?: string;
  readonly listen?: string;
  readonly json: boolean;
}

/** Where usbip attaches without being told. */
const USBIP_PORT = 3240;

/** How other programs reach it, an example by kind. */
const EXAMPLES: Readonly<Record<string, (where: string) => string>> = {
  serprog: (where) => `flashrom -p serprog:dev=${where}:115200`,
  'bus-pirate': (where) => `flashrom -p buspirate_spi:dev=${where}`,
  spidriver: (where) => `flashrom -p spidriver:dev=${where}`,
};

/** Emulates an adapter until it is interrupted. @returns the exit code */
export async function emulate(args: EmulateArguments): Promise<number> {
  const { board, bus, port, json } = args;
  const kind = kindOf(args);
  const { treeChecks: _, ...tree } = treeOptions(args);
  const emulated = await emulateAdapter(kind, board, {
    ...tree,
    ...(bus.length > 0 && { buses: bus }),
    ...(port !== undefined && { port }),
    ...(args.listen !== undefined && { listen: listenOf(args.listen) }),
    onWarning: warn,
  });
  const { where, way } = emulated;
  const example = way === 'usb' ? attachCommand(where) : EXAMPLES[kind]?.(where);
  const ways = [example, nodeOf(kind, where)].flatMap((each) =>
    each === undefined ? [] : `  ${oneLine(each)}\n`,
  );
  process.stdout.write(
    json
      ? `${plainJson({ kind, way, where })}\n`
      : `emulated ${kind} ${oneLine(way === 'usb' ? `by USB/IP at ${where}` : `on ${where}`)}\n${ways.join('')}ready\n`,
  );
  await untilInterrupted();
  await emulated.close();
  return 0;
}

/** @throws {UsageError} a kind that is not known, or a place where it is not reached */
function kindOf({ emulate: kind, port, listen }: EmulateArguments): EmulatedKindName {
  if (!isKind(kind)) throw invalidChoice('--emulate', Object.keys(EMULATED_KINDS), kind);
  const { way } = EMULATED_KINDS[kind];
  if (way === 'usb' && port !== undefined)
    throw new UsageError(`invalid --port: ${kind} is on USB/IP and not on a pty; use --listen`);
  if (way === 'pty' && listen !== undefined)
    throw new UsageError(`invalid --listen: ${kind} is on a pty and not on USB/IP; use --port`);
  return kind;
}

const isKind = (word: string): word is EmulatedKindName => Object.hasOwn(EMULATED_KINDS, word);

/** The node by which a board drives it: a USB device is found as the only one. */
function nodeOf(kind: EmulatedKindName, where: string): string {
  const { compatible, way, pins }: EmulatedKind = EMULATED_KINDS[kind];
  const port = way === 'pty' ? [`port = ${JSON.stringify(where)};`] : [];
  return [
    `adapter { compatible = "${compatible}";`,
    ...port,
    ...(pins === undefined ? [] : [pins]),
    '};',
  ].join(' ');
}

function attachCommand(where: string): string {
  const { host, port } = listenOf(where);
  return `sudo usbip ${port === USBIP_PORT ? '' : `--tcp-port ${port} `}attach -r ${host} -b 1-1`;
}

/** `3240`, `0.0.0.0:3240` or `[::]:3240`. @throws {UsageError} */
function listenOf(text: string): { readonly host: string; readonly port: number } {
  const [, host = '127.0.0.1', digits = ''] = /^(?:\[?([^[\]]+)\]?:)?(\d+)$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits === '' || port > 0xffff) throw new InvalidValue('--listen', 'PORT or HOST:PORT', text);
  return { host, port };
}

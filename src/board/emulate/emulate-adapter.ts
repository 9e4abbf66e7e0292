import { dirname, resolve } from 'node:path';
import type { EmulatedAdapter } from '../../../hosts/link/index.ts';
import { BusFault, messageOf } from '../../bus/index.ts';
import { type BusDescription, DEVICE_KINDS, findDevices, isBus } from '../../frontend/index.ts';
import { oneLine } from '../../input/index.ts';
import {
  compatiblesOf,
  I2cWire,
  loadModels,
  PartRegistry,
  populateI2c,
  populateSpi,
  RealClock,
  type SimulationOptions,
  SpiWire,
} from '../../sim/index.ts';
import type { UsbDevice } from '../../usb/index.ts';
import { addOwnModels } from '../assemble/own-models.ts';
import { BoardError } from '../board-error.ts';
import { loadTree, type TreeOptions } from '../open/load-tree.ts';
import { EMULATED_KINDS, type EmulatedKind, type EmulatedKindName } from './kinds.ts';
import { type EmulatedBuses, PTY_ADAPTERS, USB_DEVICES } from './makers.ts';

/** How an emulated adapter is made. */
export interface EmulateOptions extends Pick<TreeOptions, 'overlays' | 'includePaths' | 'trust'> {
  readonly adopt?: boolean;
  /** Buses of the board, by the names of their nodes (`i2c1`), that are behind it. Default: the first of each kind. */
  readonly buses?: readonly string[];
  /** A path that leads to the pty, for a kind that is on one. */
  readonly port?: string;
  /** Where hosts attach a kind that is a USB device, by USB/IP. Default: port 3240 of this machine, for itself alone. */
  readonly listen?: { readonly host?: string; readonly port?: number };
  readonly onWarning: (sentence: string) => void;
}

/** An adapter that does not exist, for programs that open it. */
export interface EmulatedForOthers {
  /** What a program opens: a pty, or `HOST:PORT` of USB/IP. */
  readonly where: string;
  readonly way: 'pty' | 'usb';
  /** Unplugs it, and saves what its parts hold. */
  close(): Promise<void>;
}

/**
 * Emulates an adapter for other programs, with the parts of a board's buses behind it.
 * @throws {BoardError} the board, a bus that is not there or does not fit, a port that is taken
 */
export async function emulateAdapter(
  kind: EmulatedKindName,
  file: string,
  given: EmulateOptions,
): Promise<EmulatedForOthers> {
  const options = { ...given, onWarning: (sentence: string) => given.onWarning(oneLine(sentence)) };
  const tree = loadTree(file, options);
  const all = findDevices(tree, { adopt: options.adopt ?? false }).filter(isBus);
  const buses = chosen(all, options.buses);
  if (options.buses !== undefined) refuseUnfit(kind, EMULATED_KINDS[kind], buses);
  const parts = new PartRegistry();
  const clock = new RealClock();
  const wires = await wiresOf(buses, resolve(dirname(file)), parts, clock, options);
  const end = (): void => {
    parts.close();
    clock.stop();
  };
  try {
    return isUsb(kind)
      ? await overUsbip(await USB_DEVICES[kind](wires), options, end)
      : await onPty(await PTY_ADAPTERS[kind](wires), options, end);
  } catch (error) {
    end();
    throw error instanceof BusFault || error instanceof BoardError
      ? error
      : new BoardError(`the emulated adapter cannot be reached: ${messageOf(error)}`, { cause: error });
  }
}

const isUsb = (kind: EmulatedKindName): kind is keyof typeof USB_DEVICES => Object.hasOwn(USB_DEVICES, kind);

/** @throws {BoardError} a bus that was named and the adapter does not carry */
function refuseUnfit(kind: string, { carries }: EmulatedKind, buses: readonly BusDescription[]): void {
  const other = buses.find((bus) => !carries.some((each) => each === bus.kind));
  if (other !== undefined)
    throw new BoardError(`invalid bus ${nameOf(other)}: ${kind} carries only ${carries.join(' and ')}`);
}

const nameOf = ({ kind, number }: BusDescription): string => `${DEVICE_KINDS[kind].alias}${number}`;

/** The buses that are behind the adapter, one of each kind at most. @throws {BoardError} */
function chosen(all: readonly BusDescription[], names: readonly string[] | undefined): BusDescription[] {
  const first = (kind: BusDescription['kind']) =>
    all.filter((bus) => bus.kind === kind).sort((a, b) => a.number - b.number)[0];
  if (names === undefined)
    return [first('i2c'), first('spi')].filter((bus): bus is BusDescription => bus !== undefined);
  const found = names.map((name) => {
    const bus = all.find((each) => nameOf(each) === name);
    if (bus === undefined)
      throw new BoardError(`not found: bus ${name}; the board has ${all.map(nameOf).join(', ') || 'none'}`);
    return bus;
  });
  const twice = found.find((bus, index) => found.findIndex(({ kind }) => kind === bus.kind) < index);
  if (twice !== undefined)
    throw new BoardError(`invalid buses ${names.join(', ')}: an adapter has one ${twice.kind} bus`);
  return found;
}

/** The wires of the buses with their parts; empty ones where the board has none of a kind. */
async function wiresOf(
  buses: readonly BusDescription[],
  directory: string,
  parts: PartRegistry,
  clock: RealClock,
  { onWarning, trust = [] }: EmulateOptions,
): Promise<EmulatedBuses> {
  const nodes = buses.map(({ node }) => node);
  const below = (node: (typeof nodes)[number]): string[] => [
    ...compatiblesOf(node),
    ...node.children.flatMap(below),
  ];
  const catalogue = await loadModels(nodes.flatMap(below));
  const complain: NonNullable<SimulationOptions['complain']> = ({ message }) => onWarning(message);
  await addOwnModels(catalogue, nodes, { directory, trust: trust.map(String), complain });
  const simulation: SimulationOptions = { catalogue, parts, clock, directory, warn: onWarning, complain };
  const filled = buses.map(({ kind, node }) => {
    const bus = kind === 'i2c' ? populateI2c(node, simulation) : populateSpi(node, simulation);
    for (const { node: part, model } of bus.boundParts)
      if (model === undefined)
        onWarning(`${part.path}: no model of ${part.compatible.join(', ')}: nothing answers there`);
    return bus.wire;
  });
  return {
    i2c: filled.find((wire) => wire instanceof I2cWire) ?? new I2cWire(),
    spi: filled.find((wire) => wire instanceof SpiWire) ?? new SpiWire(),
  };
}

async function onPty(
  emulator: EmulatedAdapter,
  { port }: EmulateOptions,
  end: () => void,
): Promise<EmulatedForOthers> {
  const { serveEmulator } = await import('../../../hosts/link/index.ts');
  const served = serveEmulator(emulator, { pty: true, ...(port !== undefined && { link: port }) });
  return {
    where: served.port,
    way: 'pty',
    async close() {
      served.close();
      end();
    },
  };
}

async function overUsbip(
  device: UsbDevice,
  { listen: { host = '127.0.0.1', port } = {} }: EmulateOptions,
  end: () => void,
): Promise<EmulatedForOthers> {
  const { EmulatedPort, USBIP_PORT, UsbipServer } = await import('../../usb/index.ts');
  const server = new UsbipServer([new EmulatedPort(device)]);
  const bound = await server.listen(port, host).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error;
    const taken = `another program, maybe another emulated adapter, listens on ${host}:${port ?? USBIP_PORT}`;
    throw new BoardError(`${taken}: choose another port, or 0 for one that is free`, { cause: error });
  });
  return {
    where: `${host}:${bound}`,
    way: 'usb',
    async close() {
      await server.close();
      end();
    },
  };
}

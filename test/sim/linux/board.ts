import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { createSimulatedI2c, createSimulatedSpi } from '../../../hosts/simulated/index.ts';
import {
  Client,
  ResourceManager,
  spiFramingOf,
  VirtioI2cDevice,
  VirtioSpiDevice,
} from '../../../src/backend/index.ts';
import type { DeviceNode } from '../../../src/bus/index.ts';
import { parse, toBlob } from '../../../src/devicetree/index.ts';
import { type FaultStart, I2cFaults, PlacedFault } from '../../../src/faults/index.ts';
import { loadParts, partFor } from '../../../src/parts/index.ts';
import {
  type I2cWire,
  loadModels,
  PartRegistry,
  type PropertyValue,
  RealClock,
} from '../../../src/sim/index.ts';
import { BackEndServer, EventLoop } from '../../../src/transport/index.ts';
import { bootGuest, type GuestResult } from '../../guest/boot.ts';

/** A part as the tree has it, and what a test makes it feel. */
export interface BoardPart {
  /** `temp@48`; the address is that of the name. */
  readonly name: string;
  /** One or several, with a space between. */
  readonly compatible: string;
  /** More properties and children, in the language of the tree. */
  readonly more?: string;
  readonly set?: Readonly<Record<string, PropertyValue>>;
  /** The same of parts below it, by their paths from here. */
  readonly below?: Readonly<Record<string, Readonly<Record<string, PropertyValue>>>>;
  /** Power-on after `set`. */
  readonly reset?: true;
}

/** It takes 5 s by itself; on a machine with ten times as much to do, more. */
const DEADLINE_MS = 150_000;
const I2C_PATH = '/virtio-i2c/i2c';
const SPI_PATH = '/virtio-spi/spi';

function nodeAt(root: DeviceNode, path: string): DeviceNode {
  return path
    .slice(1)
    .split('/')
    .reduce((node, name) => node.children.find((child) => child.name === name) ?? node, root);
}

/** Drivers ask for these by many names; a tree without full constraints gives them none by itself. */
const SUPPLIES = ['vs', 'vcc', 'vdd', 'vddd', 'vdda', 'vddio', 'vbat', 'vid']
  .map((name) => `${name}-supply = <&supply>;`)
  .join(' ');

function nodeText({ name, compatible, more = '' }: BoardPart): string {
  const address = name.split('@')[1];
  const names = compatible.split(' ').map((each) => `"${each}"`);
  return `${name} { compatible = ${names.join(', ')}; reg = <0x${address}>; ${SUPPLIES} ${more} };`;
}

/** How the guest saw the board, and what the parts were left with. */
export interface BoardRun extends GuestResult {
  readonly warnings: readonly string[];
  /** A property of the part whose node has this name. */
  get(name: string, property: string): PropertyValue;
}

/**
 * Boots Linux on a board with these parts: the guest and our back-end are given the same tree, so the
 * kernel's own drivers bind to what the models answer. `commands` run in the guest.
 */
export async function bootWithParts(
  i2c: readonly BoardPart[],
  spi: readonly BoardPart[],
  commands: string,
  faults: (get: BoardRun['get']) => readonly BoardFault[] = () => [],
  phase?: BoardPhase,
): Promise<BoardRun> {
  const folder = mkdtempSync(join(tmpdir(), 'dtbus-linux-'));
  const loop = new EventLoop({ hotMs: 5 });
  const warnings: string[] = [];
  const servers: BackEndServer[] = [];
  let stopPhase = () => {};
  try {
    const sockets = [join(folder, 'i2c.sock'), join(folder, 'spi.sock')];
    const { tree, diagnostics } = parse('board.dts', boardText(i2c, spi, sockets));
    if (tree === undefined) throw new Error(JSON.stringify(diagnostics));
    const parts = new PartRegistry();
    const sheets = await loadParts();
    const warn = (sentence: string) => warnings.push(sentence);
    const simulation = { catalogue: await loadModels(), clock: new RealClock(), parts, warn };
    const manager = new ResourceManager();
    const client = new Client('the guest');
    const i2cHost = createSimulatedI2c(nodeAt(tree.root, I2C_PATH), simulation);
    const spiHost = createSimulatedSpi(nodeAt(tree.root, SPI_PATH), simulation);
    const framing = (chipSelect: number) => {
      const { compatible } = spiHost.boundParts.find(({ reg }) => reg.includes(chipSelect))?.node ?? {
        compatible: [],
      };
      return spiFramingOf(partFor(sheets, 'spi', compatible));
    };
    const devices = [
      new VirtioI2cDevice(manager, manager.addI2cBus(I2C_PATH, i2cHost, i2cHost.i2c), client),
      new VirtioSpiDevice(manager, manager.addSpiBus(SPI_PATH, spiHost, spiHost.spi), client, framing),
    ];
    manager.openSynchronous();
    for (const [path, list] of [[I2C_PATH, i2c] as const, [SPI_PATH, spi] as const]) {
      for (const { name, set = {}, below = {}, reset } of list) {
        for (const [property, value] of Object.entries(set)) parts.set(`${path}/${name}`, property, value);
        for (const [at, values] of Object.entries(below)) {
          for (const [property, value] of Object.entries(values))
            parts.set(`${path}/${name}/${at}`, property, value);
        }
        if (reset) parts.at(`${path}/${name}`).reset();
      }
    }
    const pathOf = (name: string) => parts.list().find(({ path }) => path.endsWith(`/${name}`))?.path ?? name;
    const get: BoardRun['get'] = (name, property) => parts.get(pathOf(name), property);
    inject(i2cHost.controller.wire, parts, faults(get), pathOf);
    void loop.run();
    for (const [index, socket] of sockets.entries()) {
      const device = devices[index] as VirtioI2cDevice | VirtioSpiDevice;
      const server = new BackEndServer(loop, { createDevice: () => device });
      server.listen(socket);
      servers.push(server);
    }
    stopPhase = phase === undefined ? () => {} : whenAsked(parts, pathOf(phase.part), phase.act);
    const result = await bootGuest({ commands, dtb: toBlob(tree), deadlineMs: DEADLINE_MS });
    return { ...result, warnings, get };
  } finally {
    stopPhase();
    for (const server of servers) server.close();
    await loop.close();
    rmSync(folder, { recursive: true });
  }
}

/** What a test does while the guest runs, when that asks for it by `ASK_FOR_PHASE`. */
export interface BoardPhase {
  /** An EEPROM that the guest asks by. */
  readonly part: string;
  act(parts: PartRegistry): void;
}

/** Shell: `ask EEPROM_FILE` waits until the test has done its part. */
export const ASK_FOR_PHASE = `
ask() {
  busybox printf '\\001' | dd of=$1 bs=1 conv=notrunc 2>/dev/null
  until [ "$(dd if=$1 bs=1 count=1 2>/dev/null | od -An -tu1)" = '   2' ]; do sleep 0.1; done
}`;

function whenAsked(parts: PartRegistry, path: string, act: BoardPhase['act']): () => void {
  const timer = setInterval(() => {
    if ((parts.get(path, 'contents') as Uint8Array)[0] !== 1) return;
    clearInterval(timer);
    act(parts);
    parts.set(path, 'contents', Uint8Array.of(2));
  }, 20);
  return () => clearInterval(timer);
}

/** A fault of an I2C part, by the name of its node. */
export interface BoardFault extends Omit<FaultStart, 'target'> {
  readonly part: string;
}

function inject(
  wire: I2cWire,
  parts: PartRegistry,
  faults: readonly BoardFault[],
  pathOf: (name: string) => string,
): void {
  if (faults.length === 0) return;
  const now = () => wire.clock.now();
  const placed = faults.map(({ part, ...fault }) => {
    const site = { part: pathOf(part), units: () => [Number.parseInt(part.split('@')[1] as string, 16)] };
    return new PlacedFault({ ...fault, target: part }, site, now());
  });
  const bus = {
    nowNs: now,
    pass: (ns: number) => wire.clock.pass(ns),
    reset: (path: string) => parts.at(path).reset(),
    sense: () => {},
    timeoutMs: 1000,
    abandon: () => 0,
  };
  wire.injected.faults = new I2cFaults(bus, new Set(placed));
}

/** Shell: each line that it prints is `node-name attribute=value`: drivers, hwmon, iio. */
export const SHOW_DRIVERS_AND_SENSORS = `
show() { # DEVICE FOLDER FILE...
  node=$(basename "$(readlink -f "$1/of_node")"); shift
  for file in "$@"; do [ -f "$file" ] && echo "$node $(basename "$file")=$(cat "$file" 2>&1)"; done
  true
}
for d in /sys/bus/i2c/devices/*-* /sys/bus/spi/devices/*; do
  [ -e "$d/driver" ] && echo "$(basename "$(readlink -f "$d/of_node")") driver=$(basename "$(readlink "$d/driver")")"
done
for h in /sys/class/hwmon/*; do show $h/device $h/*_input; done
for h in /sys/bus/iio/devices/iio:*; do show $h $h/*_raw $h/*_input $h/*_scale $h/*_offset; done`;

/** What the guest printed, by node name and attribute. */
export function attributesOf({ output }: GuestResult): Map<string, string> {
  const attributes = new Map<string, string>();
  for (const line of output.split('\n')) {
    const [, key, value] = /^(\S+ \S+?)=(.*)$/.exec(line) ?? [];
    if (key !== undefined) attributes.set(key, value as string);
  }
  return attributes;
}

/** The guest has done all that it was told to, and no model complained. */
export function endsQuietly({ exitCode, killed, warnings, output }: BoardRun): void {
  if (process.env['DTBUS_TRACE']) console.log(output);
  expect({ exitCode, killed, warnings }).toEqual({ exitCode: 0, killed: false, warnings: [] });
}

function boardText(i2c: readonly BoardPart[], spi: readonly BoardPart[], sockets: readonly string[]): string {
  return `/dts-v1/;
    / {
      supply: regulator {
        compatible = "regulator-fixed"; regulator-name = "supply";
        regulator-min-microvolt = <3300000>; regulator-max-microvolt = <3300000>;
      };
      xtal: clock { compatible = "fixed-clock"; #clock-cells = <0>; clock-frequency = <25000000>; };
      simulated-lines {
        compatible = "gpio-simulator";
        lines: bank {
          gpio-controller; #gpio-cells = <2>; ngpios = <256>;
          interrupt-controller; #interrupt-cells = <2>;
        };
      };
      virtio-i2c {
        compatible = "virtio,uml"; socket-path = "${sockets[0]}"; virtio-device-id = <34>;
        i2c {
          compatible = "virtio,device22"; #address-cells = <1>; #size-cells = <0>;
          ${i2c.map(nodeText).join('\n')}
        };
      };
      virtio-spi {
        compatible = "virtio,uml"; socket-path = "${sockets[1]}"; virtio-device-id = <45>;
        spi {
          compatible = "virtio,device2d"; #address-cells = <1>; #size-cells = <0>;
          ${spi.map(nodeText).join('\n')}
        };
      };
    };`;
}

import { basename, join } from 'node:path';
import { BusFault } from '../../src/bus/index.ts';
import {
  linkedName,
  NODE_KINDS,
  namesIn,
  nodeFault,
  type Places,
  realPathOf,
  spiDevices,
  spiPlace,
} from '../../src/machine/index.ts';
import { numberAt, portNumber } from './find-node.ts';

/** Nodes by chip select. */
export type SpiNodes = ReadonlyMap<number, string>;

/**
 * The nodes of an SPI bus: of every chip select of the bus that `ports` names (`spi0`, `0`, what its controller is called
 * in /sys, or a path below /sys), or, in their order, of the devices that they name (`/dev/spidev0.1`, `spidev0.1`, `0.1`).
 * @throws {BusFault} `ENODEV`, with what there is
 */
export function findSpiNodes(ports: readonly string[], places: Places): SpiNodes {
  const [only = '', ...more] = ports;
  const bus = more.length === 0 ? busOf(only, places) : undefined;
  if (bus === undefined) return new Map(ports.map((port, chipSelect) => [chipSelect, nodeOf(port, places)]));
  const devices = spiDevices(places).filter((device) => device.bus === bus);
  if (devices.length === 0) throw notFound(`SPI bus spi${bus}`, places);
  return new Map(devices.map(({ chipSelect }) => [chipSelect, nodeAt(places, bus, chipSelect)]));
}

/** Why a node cannot be opened, as far as a look at it tells. */
export function spiNodeFault(node: string, places: Places): BusFault | undefined {
  return nodeFault(node, NODE_KINDS.spi, (cause) => {
    const place = spiPlace(basename(node));
    const device = spiDevices(places).find(
      ({ bus, chipSelect }) => bus === place?.bus && chipSelect === place.chipSelect,
    );
    if (device === undefined || place === undefined) return notFound(node, places, { cause });
    const name = `spi${place.bus}.${place.chipSelect}`;
    const bind = `echo spidev | sudo tee /sys/bus/spi/devices/${name}/driver_override; echo ${name} | sudo tee /sys/bus/spi/drivers/spidev/bind`;
    if (device.driver === 'spidev') return new BusFault('ENODEV', `not found: ${node}: udev has not made it`);
    if (device.driver === undefined)
      return new BusFault('ENODEV', `not found: ${node}: no driver has ${name}: bind spidev: ${bind}`);
    const unbind = `echo ${name} | sudo tee /sys/bus/spi/drivers/${device.driver}/unbind`;
    const held = `chip select ${place.chipSelect} of spi${place.bus} is held by the kernel driver ${device.driver}`;
    return new BusFault('EBUSY', `${held}: bind spidev in its place: ${unbind}; ${bind}`);
  });
}

/** Controllers whose drivers deselect at the end of every message, whatever its `cs_change` says. */
const DESELECTING = ['spi_virtio'];

/** Whether the controller of a node keeps its chip selected from one message to the next. */
export function keepsSelected(node: string, { sys }: Places): boolean {
  const bus = spiPlace(basename(node))?.bus;
  const driver = linkedName(join(sys, `class/spi_master/spi${bus}/device/driver`));
  return driver === undefined || !DESELECTING.includes(driver);
}

/** The node of one device. @throws {BusFault} `ENODEV` */
function nodeOf(port: string, places: Places): string {
  if (port.startsWith(`${places.dev}/`)) return port;
  const place = spiPlace(port) ?? (port.startsWith(`${places.sys}/`) ? placeBelow(port) : undefined);
  if (place === undefined) throw notFound(`SPI device '${port}'`, places);
  return nodeAt(places, place.bus, place.chipSelect);
}

function nodeAt({ dev }: Places, bus: number, chipSelect: number): string {
  return join(dev, `spidev${bus}.${chipSelect}`);
}

/** `spi0` is 0. */
function spiNumber(name: string): number | undefined {
  const digits = /^spi(\d+)$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** The bus that a port names as a whole. */
function busOf(port: string, places: Places): number | undefined {
  const number = portNumber(port, spiNumber);
  if (number !== undefined) return number;
  if (port.startsWith(`${places.sys}/`))
    return placeBelow(port) === undefined ? numberAt(port, spiNumber, 'spi_master') : undefined;
  return controllers(places).find(({ name }) => name === port)?.number;
}

/** The controllers that the kernel has. */
function controllers({ sys }: Places): { readonly number: number; readonly name: string }[] {
  const folder = join(sys, 'class/spi_master');
  return namesIn(folder).flatMap((entry) => {
    const number = spiNumber(entry);
    const name = linkedName(join(folder, entry, 'device'));
    return number === undefined || name === undefined ? [] : { number, name };
  });
}

/** The device that a place in /sys is, or is part of. */
function placeBelow(path: string) {
  return (realPathOf(path)?.split('/') ?? []).map(spiPlace).findLast((place) => place !== undefined);
}

function notFound(what: string, places: Places, options?: ErrorOptions): BusFault {
  const names = spiDevices(places).map(
    ({ bus, chipSelect, driver }) =>
      `spi${bus}.${chipSelect} (${driver === undefined ? 'no driver' : `driver ${driver}`})`,
  );
  const there =
    names.length === 0
      ? 'this machine has no SPI device: describe one in its device tree, or load its overlay'
      : `SPI devices: ${names.join(', ')}`;
  return new BusFault('ENODEV', `not found: ${what}; ${there}`, options);
}

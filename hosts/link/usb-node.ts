import type { DeviceNode } from '../../src/bus/index.ts';

/** Which USB device a node means; with neither property it has to be the only one of its kind. */
export function usbNode(node: DeviceNode): { port: string | undefined; serialNumber: string | undefined } {
  return { port: node.string('port'), serialNumber: node.string('serial-number') };
}

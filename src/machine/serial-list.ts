import type { Access } from './access.ts';
import type { FoundAdapter } from './found.ts';
import { ANY_SERIAL, knownUsb } from './known-usb.ts';

/** A port, as the package `serialport` lists it. */
export interface ListedPort {
  readonly path: string;
  readonly manufacturer?: string | undefined;
  readonly serialNumber?: string | undefined;
  /** In hex. */
  readonly vendorId?: string | undefined;
  readonly productId?: string | undefined;
}

/** Systems other than Linux have no groups of ports: who is logged in may open them. */
const ANYBODY: Access = { allowed: true, owner: 'anybody', remedy: undefined, rule: '' };

/** The serial ports of a system that has no /sys: macOS, Windows. Empty where `serialport` cannot be loaded. */
export async function listedPorts(
  list: () => Promise<readonly ListedPort[]> = packageList,
): Promise<FoundAdapter[]> {
  const ports = await list().catch(() => []);
  return ports.map(({ path, manufacturer, serialNumber, vendorId, productId }) => {
    const ids = {
      vendorId: Number.parseInt(vendorId ?? '', 16),
      productId: Number.parseInt(productId ?? '', 16),
    };
    const isUsb = !Number.isNaN(ids.vendorId) && !Number.isNaN(ids.productId);
    const known = isUsb ? knownUsb(ids) : undefined;
    return {
      kind: 'serial',
      path,
      name: known?.title ?? manufacturer ?? 'serial port',
      usb: isUsb
        ? { ...ids, manufacturer, serial: serialNumber, port: path, product: undefined, node: path }
        : undefined,
      compatible: known?.compatible ?? ANY_SERIAL,
      heldBy: undefined,
      access: ANYBODY,
    };
  });
}

async function packageList(): Promise<readonly ListedPort[]> {
  const { SerialPort } = await import('serialport');
  return SerialPort.list();
}

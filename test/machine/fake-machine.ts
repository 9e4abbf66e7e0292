import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Places } from '../../src/machine/index.ts';

/** Folders that look like /sys and /dev of a machine, laid out as Linux lays them out. */
export class FakeMachine {
  readonly places: Places;
  readonly #root = mkdtempSync(join(tmpdir(), 'dtbus-machine-'));

  constructor() {
    this.places = { dev: join(this.#root, 'dev'), sys: join(this.#root, 'sys') };
    mkdirSync(this.places.dev);
    mkdirSync(this.places.sys);
  }

  /** A file of /sys. */
  file(path: string, text: string): void {
    const file = join(this.places.sys, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${text}\n`);
  }

  /** A symbolic link of /sys to another place there. */
  link(path: string, target: string): void {
    const link = join(this.places.sys, path);
    mkdirSync(dirname(link), { recursive: true });
    mkdirSync(join(this.places.sys, target), { recursive: true });
    symlinkSync(join(this.places.sys, target), link);
  }

  /** A node of /dev. */
  node(path: string, mode: number): void {
    const file = join(this.places.dev, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, '');
    chmodSync(file, mode);
  }

  /** A name that udev gives to a node. */
  alias(path: string, node: string): void {
    const link = join(this.places.dev, path);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(this.places.dev, node), link);
  }

  /** A USB device. */
  usb(port: string, ids: string, more: Readonly<Record<string, string>> = {}): void {
    const folder = `devices/pci0000:00/usb1/${port}`;
    const [vendor = '', product = ''] = ids.split(':');
    const files = {
      idVendor: vendor,
      idProduct: product,
      busnum: '1',
      devnum: '4',
      bDeviceClass: '00',
      ...more,
    };
    for (const [name, text] of Object.entries(files)) this.file(`${folder}/${name}`, text);
    this.link(`bus/usb/devices/${port}`, folder);
  }

  remove(): void {
    rmSync(this.#root, { recursive: true });
  }
}

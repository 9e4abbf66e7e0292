import { messageOf } from '../bus/index.ts';
import { bestMatch } from './match.ts';
import { type DeviceDescription, VirtioDeviceHandle } from './virtio-device.ts';

/** A driver's hold on a device that it has bound. */
export interface BoundDriver {
  /** Asynchronous requests that are under way; not told by every driver. */
  readonly pending?: number;
  /**
   * The device was reset and is taken away: what was in flight fails, and so does what comes, with `ENODEV` and
   * `reason`.
   */
  remove(reason: string): void;
  /** The device was reset for a suspend: what was in flight fails, what comes waits for nothing and fails. */
  freeze(): void;
  /** Negotiates and sets the queues up again after `freeze`. */
  restore(): void;
}

/** A front-end driver: which nodes it fits and how it takes one. */
export interface VirtioDriver<Bound extends BoundDriver = BoundDriver> {
  readonly name: string;
  readonly compatible: readonly string[];
  /** Virtio device id that the device must have. */
  readonly deviceId: number;
  /** Negotiates features, sets up queues. @throws when the device cannot be driven. */
  probe(device: VirtioDeviceHandle): Bound;
}

/** A line of the listing, in the manner of `/sys/bus/virtio/devices`. */
export interface DeviceListing {
  /** `virtio0` */
  readonly name: string;
  /** Path of the device's node. */
  readonly path: string;
  readonly deviceId: number;
  /** Negotiated feature bits; 0 before. */
  readonly features: number;
  readonly status: number;
  /** Name of the driver that has it. */
  readonly driver: string | undefined;
  /** Why it has none although one fits. */
  readonly fault: string | undefined;
  /** Asynchronous transfers that somebody waits for. */
  readonly pending: number;
}

interface Entry {
  readonly device: VirtioDeviceHandle;
  driver: VirtioDriver | undefined;
  bound: BoundDriver | undefined;
  fault: Error | undefined;
}

const REMOVED = 'the device was removed';

/**
 * The virtio bus: devices come from the tree, drivers register with the compatibles they match, and the bus
 * brings each device together with the driver that fits it best, whichever of the two comes first.
 */
export class VirtioBus {
  readonly #drivers: VirtioDriver[] = [];
  readonly #entries: Entry[] = [];

  register(driver: VirtioDriver): void {
    this.#drivers.push(driver);
    for (const entry of this.#entries) if (entry.bound === undefined) this.#attach(entry);
  }

  /** Removes the driver from its devices; another one that fits takes them over. */
  unregister(driver: VirtioDriver): void {
    const index = this.#drivers.indexOf(driver);
    if (index < 0) return;
    this.#drivers.splice(index, 1);
    for (const entry of this.#entries) {
      if (entry.driver !== driver) continue;
      this.#detach(entry);
      this.#attach(entry);
    }
  }

  /** Adds a device and probes it. A probe that fails leaves the device without a driver; see `listing`. */
  add(description: DeviceDescription): VirtioDeviceHandle {
    const device = new VirtioDeviceHandle(`virtio${this.#entries.length}`, description);
    const entry: Entry = { device, driver: undefined, bound: undefined, fault: undefined };
    this.#entries.push(entry);
    this.#attach(entry);
    return device;
  }

  /** Takes a device away, its driver first. */
  remove(device: VirtioDeviceHandle): void {
    const index = this.#entries.findIndex((entry) => entry.device === device);
    const [entry] = index < 0 ? [] : this.#entries.splice(index, 1);
    if (entry !== undefined) this.#detach(entry);
  }

  /** Takes all devices away. `reason`: what their requests fail with from now on. */
  removeAll(reason = REMOVED): void {
    for (const entry of this.#entries.splice(0)) this.#detach(entry, reason);
  }

  /** What the driver made of the device, where one has it. */
  bound(device: VirtioDeviceHandle): BoundDriver | undefined {
    return this.#entries.find((entry) => entry.device === device)?.bound;
  }

  /** Before a suspend: every driver lets go of its queues, every device is reset. */
  freeze(): void {
    for (const { bound, device } of this.#entries) {
      device.reset();
      bound?.freeze();
    }
  }

  /** After a resume. A device that cannot be set up again loses its driver, see `listing`; the others go on. */
  restore(): void {
    for (const entry of this.#entries) {
      const { bound, device } = entry;
      if (bound === undefined) continue;
      try {
        bound.restore();
        device.ready();
      } catch (thrown) {
        this.#giveUp(entry, thrown);
        bound.remove(`the device does not work after a suspend: ${messageOf(entry.fault)}`);
      }
    }
  }

  get drivers(): readonly VirtioDriver[] {
    return this.#drivers;
  }

  listing(): DeviceListing[] {
    return this.#entries.map(({ device, driver, bound, fault }) => ({
      name: device.name,
      path: device.node.path,
      deviceId: device.deviceId,
      features: device.features,
      status: device.status,
      driver: bound === undefined ? undefined : driver?.name,
      fault: fault?.message,
      pending: bound?.pending ?? 0,
    }));
  }

  #attach(entry: Entry): void {
    const { device } = entry;
    const fitting = this.#drivers.filter((driver) => driver.deviceId === device.deviceId);
    const driver = bestMatch(device.compatible, fitting);
    if (driver === undefined) return;
    entry.driver = driver;
    try {
      entry.bound = driver.probe(device);
      device.ready();
      entry.fault = undefined;
    } catch (thrown) {
      this.#giveUp(entry, thrown);
    }
  }

  /** Leaves a device without a driver. */
  #giveUp(entry: Entry, thrown: unknown): void {
    entry.bound = undefined;
    entry.fault = thrown instanceof Error ? thrown : new Error(String(thrown));
    entry.device.fail();
  }

  #detach(entry: Entry, reason = REMOVED): void {
    entry.device.reset();
    entry.bound?.remove(reason);
    entry.bound = undefined;
    entry.driver = undefined;
  }
}

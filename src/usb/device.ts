import type { DeviceDescription } from './descriptors.ts';
import type { SetupPacket } from './requests.ts';

/** Thrown by a device to stall: a request that it does not know, or an endpoint that is halted until it is cleared. */
export class UsbStall extends Error {
  constructor() {
    super('the endpoint stalled');
    this.name = 'UsbStall';
  }
}

/** What a device has of the port that it is plugged into. */
export interface DevicePort {
  /**
   * Puts data on an IN endpoint, in packets of its size. A last packet that is short ends a transfer of the host; none
   * is added where the data fill their packets.
   */
  send(endpoint: number, data: Uint8Array): void;
}

/**
 * The firmware of an emulated device. Standard requests are answered for it, from its description. Nothing in it
 * waits: it answers what it is given at once, or later by `DevicePort.send`.
 */
export interface UsbDevice {
  readonly description: DeviceDescription;
  /** It was plugged in, or reset: the host knows nothing of it yet. */
  plugged?(port: DevicePort): void;
  /**
   * A control request of class or vendor, or a standard one that the description does not answer.
   * @param data what the host sends with it; empty for requests to the host
   * @returns what goes to the host, cut to the length that it asked for
   * @throws {UsbStall}
   */
  control?(setup: SetupPacket, data: Uint8Array): Uint8Array | undefined;
  /** A host waits on an IN endpoint that has nothing for it. May be called again while it waits. */
  wanted?(endpoint: number): void;
  /** A whole OUT transfer of the host; `data` is valid during the call. @throws {UsbStall} */
  received?(endpoint: number, data: Uint8Array): void;
}

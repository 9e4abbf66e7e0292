import { featureNames, featuresBeyond, hasFeature, VIRTIO_F } from './features.ts';

/** Device status bits (virtio 1.3, 2.1). */
export const DEVICE_STATUS = {
  ACKNOWLEDGE: 1,
  DRIVER: 2,
  DRIVER_OK: 4,
  FEATURES_OK: 8,
  DEVICE_NEEDS_RESET: 64,
  FAILED: 128,
} as const;

/** What a driver's write of the status field asks of the device. */
export type StatusEvent =
  /** Nothing to do. */
  | 'none'
  /** Back to the state after power-up: drop queues and requests. */
  | 'reset'
  /** Features are settled; queues may be set up. */
  | 'features'
  /** The driver's features cannot be: FEATURES_OK stays clear and the driver gives up. */
  | 'refused'
  /** Serve the queues. */
  | 'start';

/** The device's side of the status field: what the driver may write when, and what follows (3.1.1, 2.1.1, 2.1.2). */
export class DeviceStatus {
  /** What the driver reads. */
  value = 0;
  readonly #offered: number;
  readonly #accepts: (features: number) => boolean;

  /**
   * @param offered the device's feature set
   * @param accepts the device's own rules, asked when the driver claims FEATURES_OK
   */
  constructor(offered: number, accepts: (features: number) => boolean = () => true) {
    this.#offered = offered;
    this.#accepts = accepts;
  }

  /**
   * The driver writes `status` after it chose `features`. Bits are never cleared save all at once (2.1.1);
   * DRIVER_OK without FEATURES_OK is ignored, so the device does not start.
   */
  write(status: number, features: number): StatusEvent {
    if (status === 0) {
      this.value = 0;
      return 'reset';
    }
    const { ACKNOWLEDGE, DRIVER, DRIVER_OK, FEATURES_OK, FAILED } = DEVICE_STATUS;
    const rising = status & ~this.value;
    this.value |= status & (ACKNOWLEDGE | DRIVER | FAILED);
    let event: StatusEvent = 'none';
    if ((rising & FEATURES_OK) !== 0) {
      const offered = this.#offered;
      const fits = hasFeature(features, VIRTIO_F.VERSION_1) && featuresBeyond(features, offered) === 0;
      if (fits && this.#accepts(features)) {
        this.value |= FEATURES_OK;
        event = 'features';
      } else {
        event = 'refused';
      }
    }
    if ((rising & DRIVER_OK) !== 0 && (this.value & FEATURES_OK) !== 0) {
      this.value |= DRIVER_OK;
      event = 'start';
    }
    return event;
  }

  /**
   * The device cannot go on (2.1.2). True when the driver must be told by a configuration change
   * notification: it is, once DRIVER_OK is set.
   */
  needsReset(): boolean {
    this.value |= DEVICE_STATUS.DEVICE_NEEDS_RESET;
    return (this.value & DEVICE_STATUS.DRIVER_OK) !== 0;
  }
}

/** The registers that the driver's side of the handshake works on. */
export interface StatusRegisters {
  deviceFeatures(): number;
  setDriverFeatures(features: number): void;
  status(): number;
  setStatus(status: number): void;
}

/** Device and driver found no common ground; the status is FAILED. */
export class NegotiationError extends Error {
  constructor(sentence: string) {
    super(sentence);
    this.name = 'NegotiationError';
  }
}

/**
 * The driver's steps 1 to 6 of 3.1.1: reset, ACKNOWLEDGE, DRIVER, features, FEATURES_OK. Then the caller
 * sets up its queues and calls `driverOk`. VERSION_1 is always required.
 *
 * @param wanted what the driver can use
 * @param required what it cannot do without
 * @returns the negotiated set
 * @throws {NegotiationError}
 */
export function negotiate(registers: StatusRegisters, wanted: number, required = 0): number {
  const { ACKNOWLEDGE, DRIVER, FEATURES_OK, FAILED } = DEVICE_STATUS;
  registers.setStatus(0);
  if (registers.status() !== 0) throw new NegotiationError('the device did not finish its reset');
  registers.setStatus(ACKNOWLEDGE);
  registers.setStatus(ACKNOWLEDGE | DRIVER);
  const fail = (sentence: string): never => {
    registers.setStatus(registers.status() | FAILED);
    throw new NegotiationError(sentence);
  };
  const offered = registers.deviceFeatures();
  if (!hasFeature(offered, VIRTIO_F.VERSION_1)) fail('the device is older than virtio 1.0');
  const missing = featuresBeyond(required, offered);
  if (missing !== 0) fail(`the device does not offer ${featureNames(missing).join(', ')}`);
  const version1 = 2 ** VIRTIO_F.VERSION_1;
  const common = wanted - featuresBeyond(wanted, offered);
  const features = version1 + featuresBeyond(common + featuresBeyond(required, common), version1);
  registers.setDriverFeatures(features);
  registers.setStatus(ACKNOWLEDGE | DRIVER | FEATURES_OK);
  if ((registers.status() & FEATURES_OK) === 0) {
    fail(`the device refuses the features ${featureNames(features).join(', ')}`);
  }
  return features;
}

/** Step 8 of 3.1.1: the queues are there, the device may use them. */
export function driverOk(registers: StatusRegisters): void {
  registers.setStatus(registers.status() | DEVICE_STATUS.DRIVER_OK);
}

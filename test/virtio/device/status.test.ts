import { describe, expect, it } from 'vitest';
import {
  DEVICE_STATUS,
  DeviceStatus,
  driverOk,
  featureSet,
  hasFeature,
  negotiate,
  VIRTIO_F,
} from '../../../src/virtio/index.ts';

const { ACKNOWLEDGE, DRIVER, DRIVER_OK, FEATURES_OK, DEVICE_NEEDS_RESET, FAILED } = DEVICE_STATUS;
const V1 = featureSet(VIRTIO_F.VERSION_1);
const offered = featureSet(VIRTIO_F.VERSION_1, VIRTIO_F.EVENT_IDX, 0);

it('the status bits have the values of 2.1', () => {
  expect(DEVICE_STATUS).toEqual({
    ACKNOWLEDGE: 1,
    DRIVER: 2,
    DRIVER_OK: 4,
    FEATURES_OK: 8,
    DEVICE_NEEDS_RESET: 64,
    FAILED: 128,
  });
});

describe('the device’s side of the status field', () => {
  it('starts at 0 and follows the driver through 3.1.1', () => {
    const status = new DeviceStatus(offered);
    expect(status.value).toBe(0);
    expect(status.write(ACKNOWLEDGE, 0)).toBe('none');
    expect(status.write(ACKNOWLEDGE | DRIVER, 0)).toBe('none');
    expect(status.write(ACKNOWLEDGE | DRIVER | FEATURES_OK, V1)).toBe('features');
    expect(status.write(ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK, V1)).toBe('start');
    expect(status.value).toBe(15);
    expect(status.write(15, V1)).toBe('none');
  });

  it('2.1.1: the driver cannot clear a bit but by a reset', () => {
    const status = new DeviceStatus(offered);
    status.write(ACKNOWLEDGE | DRIVER, 0);
    status.write(DRIVER, 0);
    expect(status.value).toBe(ACKNOWLEDGE | DRIVER);
    expect(status.write(0, 0)).toBe('reset');
    expect(status.value).toBe(0);
  });

  it.each([
    ['that was not offered', featureSet(VIRTIO_F.VERSION_1, 5)],
    ['without VERSION_1', featureSet(VIRTIO_F.EVENT_IDX)],
  ])('2.2.2: keeps FEATURES_OK clear for a set %s', (_what, features) => {
    const status = new DeviceStatus(offered);
    expect(status.write(ACKNOWLEDGE | DRIVER | FEATURES_OK, features)).toBe('refused');
    expect(status.value & FEATURES_OK).toBe(0);
  });

  it('2.2.2: keeps FEATURES_OK clear when the device’s own rules say no', () => {
    const status = new DeviceStatus(offered, (features) => hasFeature(features, 0));
    expect(status.write(FEATURES_OK, V1)).toBe('refused');
    expect(status.write(FEATURES_OK, featureSet(VIRTIO_F.VERSION_1, 0))).toBe('features');
  });

  it('2.1.2: does not start without FEATURES_OK', () => {
    const status = new DeviceStatus(offered);
    expect(status.write(ACKNOWLEDGE | DRIVER | DRIVER_OK, V1)).toBe('none');
    expect(status.value & DRIVER_OK).toBe(0);
  });

  it('takes FEATURES_OK and DRIVER_OK in one write', () => {
    expect(new DeviceStatus(offered).write(FEATURES_OK | DRIVER_OK, V1)).toBe('start');
  });

  it('2.1.2: tells the driver that it needs a reset once the driver is there to hear it', () => {
    const status = new DeviceStatus(offered);
    expect(status.needsReset()).toBe(false);
    status.write(0, 0);
    status.write(FEATURES_OK | DRIVER_OK, V1);
    expect(status.needsReset()).toBe(true);
    expect(status.value & DEVICE_NEEDS_RESET).toBe(DEVICE_NEEDS_RESET);
    expect(status.write(0, 0)).toBe('reset');
    expect(status.value).toBe(0);
  });
});

/** Registers of a device that notes what the driver does. */
function registers(features: number, accepts: (features: number) => boolean = () => true) {
  const device = new DeviceStatus(features, accepts);
  const log: string[] = [];
  let driverFeatures = 0;
  return {
    log,
    device,
    deviceFeatures: () => {
      log.push('read features');
      return features;
    },
    setDriverFeatures: (set: number) => {
      log.push('write features');
      driverFeatures = set;
    },
    status: () => device.value,
    setStatus: (status: number) => {
      log.push(`status ${status}`);
      device.write(status, driverFeatures);
    },
  };
}

describe('3.1.1 the driver’s initialisation', () => {
  it('goes step by step', () => {
    const device = registers(offered);
    const features = negotiate(device, featureSet(0, 3));
    expect(features).toBe(featureSet(VIRTIO_F.VERSION_1, 0));
    expect(device.log).toEqual([
      'status 0',
      'status 1',
      'status 3',
      'read features',
      'write features',
      'status 11',
    ]);
    driverOk(device);
    expect(device.device.value).toBe(ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK);
  });

  it('2.2.1: accepts nothing that was not offered, and all that is required', () => {
    const features = negotiate(
      registers(offered),
      featureSet(3, VIRTIO_F.IN_ORDER),
      featureSet(VIRTIO_F.EVENT_IDX),
    );
    expect(features).toBe(featureSet(VIRTIO_F.VERSION_1, VIRTIO_F.EVENT_IDX));
  });

  it.each([
    ['is older than virtio 1.0', registers(featureSet(0)), 0, 'the device is older than virtio 1.0'],
    ['lacks a required feature', registers(V1), featureSet(5, 6), 'the device does not offer bit 5, bit 6'],
    [
      'refuses the set',
      registers(offered, () => false),
      featureSet(VIRTIO_F.EVENT_IDX),
      'the device refuses the features EVENT_IDX, VERSION_1',
    ],
  ])('gives up with FAILED when the device %s', (_what, device, required, sentence) => {
    expect(() => negotiate(device, 0, required)).toThrow(sentence);
    expect(device.device.value & FAILED).toBe(FAILED);
  });

  it('gives up when the device does not come back from its reset', () => {
    const stuck = { ...registers(offered), status: () => 1 };
    const given = { name: 'NegotiationError', message: 'the device did not finish its reset' };
    expect(() => negotiate(stuck, 0)).toThrow(expect.objectContaining(given));
    expect(stuck.log).toEqual(['status 0']);
  });
});

// Mutation fuzzer of the virtqueue, on the compiled package: `npm run build` first.
//
//   node test/fuzz/virtio.mjs [CHAINS or SECONDSs] [SEED]
//
// The device's end gets rings that an honest driver might have written, with some of their words changed; the
// driver's end gets used rings of the same kind. Whatever is in them, neither may throw, hang, read or write
// outside guest memory, give a chain back twice or not at all, or return a request it does not have.

import { pathToFileURL } from 'node:url';
import { VIRTIO_F } from '../../dist/src/virtio/index.js';
import { limitOf } from './limit.mjs';
import { FuzzError, must, randomFrom } from './random.mjs';
import { DeviceTarget } from './virtio-device-target.mjs';
import { DriverTarget } from './virtio-driver-target.mjs';

/**
 * Runs until `chains` were looked at or `seconds` are over.
 * @returns {{chains: number, seconds: number, seed: number}} @throws {FuzzError} with the seed in it.
 */
export function fuzzVirtio({ chains = Number.POSITIVE_INFINITY, seconds = Number.POSITIVE_INFINITY, seed }) {
  const random = randomFrom(seed);
  const targets = [];
  for (let bits = 0; bits < 16; bits++) {
    const packed = (bits & 8) !== 0;
    const features = [VIRTIO_F.INDIRECT_DESC, VIRTIO_F.EVENT_IDX, VIRTIO_F.IN_ORDER].filter(
      (_, i) => (bits >> i) & 1,
    );
    const size = packed ? [7, 16, 64][random(3)] : [4, 16, 64][random(3)];
    targets.push(new DeviceTarget(random, packed, size, features));
    targets.push(new DriverTarget(random, packed, size, features));
  }
  const start = performance.now();
  const end = start + seconds * 1000;
  let looked = 0;
  try {
    while (looked < chains && performance.now() < end) {
      const target = targets[random(targets.length)];
      for (let i = 0; i < 50; i++) {
        looked += target.round();
        must((target.mismatch ?? 0) < 20, 'the used index does not count what was given back');
      }
    }
  } catch (error) {
    throw new FuzzError(`virtio, seed ${seed}, after ${looked} chains: ${error.message}`, { cause: error });
  }
  return { chains: looked, seconds: (performance.now() - start) / 1000, seed };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const limit = limitOf();
  const { chains, seconds } = fuzzVirtio({ ...limit, chains: limit.count });
  const rate = Math.round(chains / seconds).toLocaleString('en');
  console.log(
    `virtio: ${chains.toLocaleString('en')} chains in ${seconds.toFixed(1)} s, ${rate} chains/s, seed ${limit.seed}`,
  );
}

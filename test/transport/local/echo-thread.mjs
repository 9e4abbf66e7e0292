// The back-end's thread of local.test.ts, on the compiled package: a device that answers each request by what it read.
import { workerData } from 'node:worker_threads';
import { LocalDevices, runWorkerLoop } from '../../../dist/src/transport/core.js';
import { GuestMemory } from '../../../dist/src/virtio/index.js';
import { EchoDevice } from './echo-device.mjs';

const { buffer, registers, control, options, crash } = workerData;
const words = new Int32Array(control);
const devices = new LocalDevices(GuestMemory.over(buffer), registers, [undefined, new EchoDevice()]);
if (crash) throw new Error('the thread crashes');
await runWorkerLoop(devices, registers, { ...options, ended: () => Atomics.load(words, 0) === 1 });

/** The small door of the room: two threads and the memory between them, without vhost-user. */

export { BackEndGone, LocalFrontEnd } from './local/front-end.ts';
export { LocalDevices } from './local/local-devices.ts';
export { registerBytes } from './local/registers.ts';
export {
  backEndDied,
  backEndEnded,
  ringDoorbell,
  runWorkerLoop,
  type WorkerLoopOptions,
} from './local/worker-loop.ts';

export { LocalBackEnd } from './local/back-end.ts';
export { BackEndGone, LocalFrontEnd } from './local/front-end.ts';
export { registerBytes } from './local/registers.ts';
export { backEndDied, ringDoorbell, runWorkerLoop, type WorkerLoopOptions } from './local/worker-loop.ts';

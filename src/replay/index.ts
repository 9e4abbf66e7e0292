export { Recording } from '../recording/index.ts';
export { type Played, type PlayedBuses, playAsController } from './as-controller.ts';
export { type CompareOptions, compareTraces, type Difference } from './compare.ts';
export { replayedI2cHost, replayedSpiHost } from './controllers.ts';
export { describer } from './meaning.ts';
export { Replay, type ReplayedBus, type ReplayedEdge, type ReplayReport } from './replay.ts';

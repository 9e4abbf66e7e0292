export { FaultUnsupportedError } from '../board/index.ts';
export { boardTest, type RunnerTest, type TestBody } from './board-test.ts';
export type { Duration } from './duration.ts';
export { assertScreen, assertShows, type ScreenOptions, type Shown } from './expect/displays.ts';
export {
  assertFallen,
  assertHappenedBefore,
  assertRecovered,
  assertReplayedAll,
  assertRisen,
  assertToggled,
  assertTouched,
  type Edges,
  type Recovery,
  type Touch,
} from './expect/events.ts';
export { assertRecording } from './expect/recording.ts';
export {
  assertAtMost,
  assertCount,
  assertErrno,
  assertFails,
  assertFired,
  assertNotSent,
  assertOkOrFails,
  assertQuiet,
  assertSent,
  assertSentExactly,
  assertSentInAnyOrder,
  assertSpacing,
  type Budget,
  type Spacing,
  type Trafficked,
} from './expectations.ts';
export type { TestGuest, TestGuestOptions } from './guest.ts';
export type { BytesPattern, EdgePattern, Pattern, TransferPattern } from './pattern.ts';
export { type FaultPlan, fault, type SweepOptions, sweep } from './sweep.ts';
export { type InTest, openTestBoard, type TestBoard, type TestBoardOptions } from './test-board.ts';
export type { Mark, Seen, SeenEdge, SeenTransfer, Traffic } from './traffic.ts';
export { type World, type Worlds, WorldUnsupportedError } from './worlds.ts';

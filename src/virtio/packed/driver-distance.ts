import { DESC, DESC_SHIFT } from '../chain/descriptor.ts';
import { rest } from '../queue/rest.ts';
import { OWNER_MASK } from './packed-layout.ts';

// Copies of what is imported: the engine folds a module's own constants into the code, imported ones it fetches.
const LAST = DESC.LAST;
const SHIFT = DESC_SHIFT;
const OWNER = OWNER_MASK;

/** With fewer descriptors than NEAR available a device waits until there are FAR. */
const NEAR = 64;
const FAR = 96;
/** It waits for so many looks with so many steps of `rest` behind each: 9 to 14 µs at most, 2 as a rule. */
const LOOKS = 128;
const STEPS = 64;
/**
 * After a wait in vain the next one is tried so many blocks of requests later, at first and at most, twice as many each
 * time: a driver with few requests under way loses less than 1 ns a request.
 */
const PROBE_INTERVAL = 64;
const MOST_INTERVAL = 4096;

/**
 * Keeps a device that polls a packed ring at a distance from a driver that goes on and on. Where both are close together each
 * takes lines away that the other is about to write, by looks and by what its processor fetches ahead of them. A driver
 * that has no more requests under way than a third of the ring would only wait for the device, so a wait in vain ends it.
 */
export class DriverDistance {
  private isKept = false;
  /** So many blocks until a wait is tried. */
  private untilProbe = PROBE_INTERVAL;
  private interval = PROBE_INTERVAL;

  /** The device took a block, and is at `index` in the lap whose descriptors become available by `mark`. */
  keep(words: Int32Array, index: number, size: number, mark: number): void {
    if (!this.isKept) {
      this.untilProbe--;
      if (this.untilProbe > 0 || size < 2 * FAR) return;
      this.isKept = true;
    }
    if (isAvailable(words, index + NEAR, size, mark)) return;
    for (let looks = LOOKS; looks > 0; looks--) {
      if (isAvailable(words, index + FAR, size, mark)) {
        this.interval = PROBE_INTERVAL;
        return;
      }
      rest(STEPS);
    }
    this.isKept = false;
    this.untilProbe = this.interval;
    this.interval = Math.min(2 * this.interval, MOST_INTERVAL);
  }
}

/** Whether the driver came to `index`, which may lie in the lap behind the one of `mark`. A hint: nothing is read behind it. */
function isAvailable(words: Int32Array, index: number, size: number, mark: number): boolean {
  const isNextLap = index >= size;
  const at = ((isNextLap ? index - size : index) << SHIFT) | LAST;
  return (Atomics.load(words, at) & OWNER) === (isNextLap ? mark ^ OWNER : mark);
}

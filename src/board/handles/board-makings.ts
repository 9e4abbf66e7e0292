import type { Tree } from '../../devicetree/index.ts';
import type { DeviceDescription, VirtioNode } from '../../frontend/index.ts';
import type { TreeDoubt } from '../open/check-tree.ts';
import type { Call, DeviceProblem } from '../thread/protocol.ts';
import type { LineWatchers } from './line-handle.ts';
import type { TreeFaults } from './tree-faults.ts';

/** What a `Board` is made of. */
export interface BoardMakings {
  readonly tree: Tree;
  readonly devices: readonly VirtioNode[];
  readonly problems: readonly DeviceProblem[];
  /** What is doubtful about the tree, looked for when it is asked for. */
  readonly doubts: () => readonly TreeDoubt[];
  /** The way to a device, and where memory for its requests comes from; undefined where there is none. */
  readonly frontEnd: (index: number) => Pick<DeviceDescription, 'transport' | 'dma'> | undefined;
  readonly watchers: LineWatchers;
  readonly call: Call;
  readonly end: (detach: () => void) => Promise<void>;
  /** Puts in the faults that the tree names. */
  readonly faults?: (call: Call) => TreeFaults;
  /** The board is only looked at: nothing more comes up. */
  readonly look?: boolean;
  /** Another process serves the board; of its parts and lines nothing is known here. */
  readonly isElsewhere?: boolean;
}

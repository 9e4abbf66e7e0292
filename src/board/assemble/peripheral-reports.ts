import { type DeviceNode, wellFormed } from '../../bus/index.ts';
import { type BusKind, channelsBehind } from '../../frontend/index.ts';
import type { Level } from '../../parts/index.ts';
import type { AnsweredBy, PeripheralReport } from '../thread/protocol.ts';
import { ownerOf } from './ownership.ts';

/** What answers for a node. */
export interface Answer {
  readonly answeredBy: AnsweredBy;
  /** The model's title. */
  readonly model: string | undefined;
  /** How much of the part is simulated: it behaves, or answers by its registers only. */
  readonly level: Level | undefined;
}

/** What is known of the nodes behind one that is reported. */
export interface KnownBehind {
  /** What answers for a node behind one that is answered for so. */
  answer(node: DeviceNode, before: AnsweredBy): Answer;
  /** Whether the channel at this path is reached now; absent: nobody knows. */
  isConnected?(path: string): boolean | undefined;
}

/** A peripheral as others see it, with what is behind it where it is a multiplexer, a gate or an arbiter. */
export function peripheralReport(
  kind: BusKind,
  node: DeviceNode,
  own: Answer,
  known: KnownBehind,
): PeripheralReport {
  const channels = kind === 'i2c' ? channelsBehind(node) : [];
  return {
    path: node.path,
    compatible: node.compatible,
    reg: wellFormed(() => node.u32s('reg')) ?? [],
    ...own,
    owner: ownerOf(node) || undefined,
    channels: channels
      .filter(({ children }) => children.length > 0)
      .map((channel) => ({
        path: channel.path,
        number: wellFormed(() => channel.u32s('reg'))?.[0],
        isConnected: known.isConnected?.(channel.path),
        peripherals: channel.children
          .filter((child) => child.has('reg'))
          .map((child) => peripheralReport(kind, child, known.answer(child, own.answeredBy), known)),
      })),
  };
}

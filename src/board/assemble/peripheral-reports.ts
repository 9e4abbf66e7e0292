import { type DeviceNode, wellFormed } from '../../bus/index.ts';
import { type BusKind, channelsBehind } from '../../frontend/index.ts';
import type { Level } from '../../parts/index.ts';
import type { AnsweredBy, PeripheralReport } from '../thread/protocol.ts';

/** What answers for a node. */
export interface Answer {
  readonly answeredBy: AnsweredBy;
  /** The model's title. */
  readonly model: string | undefined;
  /** How much of the part is simulated: it behaves, or answers by its registers only. */
  readonly level: Level | undefined;
}

/**
 * A peripheral as others see it, with what is behind it where it is a multiplexer, a gate or an arbiter.
 * @param answer what answers for the node behind one that is answered for so
 */
export function peripheralReport(
  kind: BusKind,
  node: DeviceNode,
  own: Answer,
  answer: (node: DeviceNode, before: AnsweredBy) => Answer,
): PeripheralReport {
  const channels = kind === 'i2c' ? channelsBehind(node) : [];
  return {
    path: node.path,
    compatible: node.compatible,
    reg: wellFormed(() => node.u32s('reg')) ?? [],
    ...own,
    channels: channels
      .filter(({ children }) => children.length > 0)
      .map((channel) => ({
        path: channel.path,
        number: wellFormed(() => channel.u32s('reg'))?.[0],
        peripherals: channel.children
          .filter((child) => child.has('reg'))
          .map((child) => peripheralReport(kind, child, answer(child, own.answeredBy), answer)),
      })),
  };
}

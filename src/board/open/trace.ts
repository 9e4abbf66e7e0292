import { type DeviceNode, wellFormed } from '../../bus/index.ts';
import type { BusDescription } from '../../frontend/index.ts';

/** A part on a traced bus, as far as one must know it to read its transfers. */
export interface TracedPart {
  /** Addresses (bit 31: ten-bit) or chip selects. */
  readonly reg: readonly number[];
  /** `eeprom@50` */
  readonly name: string;
  readonly compatible: readonly string[];
  /** `address-width` and `size` of a memory. */
  readonly addressWidth: number | undefined;
  readonly size: number | undefined;
}

/** A bus whose transfers are traced; `TracedTransfer.bus` is its place among its board's. */
export interface TracedBus {
  readonly kind: 'i2c' | 'spi';
  readonly number: number;
  readonly path: string;
  readonly parts: readonly TracedPart[];
}

/** Told of a board that is about to come up. @returns memory for its trace, by `traceMemory` */
export type BeginTrace = (buses: readonly TracedBus[]) => SharedArrayBuffer;

let begin: BeginTrace | undefined;

/** From now on every board that this process opens is traced; `undefined`: none any more. */
export function traceBoards(beginTrace: BeginTrace | undefined): void {
  begin = beginTrace;
}

/** Where the back-end of a board with these buses is to write its trace. */
export function traceFor(buses: readonly BusDescription[]): SharedArrayBuffer | undefined {
  return begin?.(
    buses.map(({ kind, number, node }) => ({
      kind,
      number,
      path: node.path,
      parts: node.children.map(tracedPart),
    })),
  );
}

function tracedPart(node: DeviceNode): TracedPart {
  return {
    reg: wellFormed(() => node.u32s('reg')) ?? [],
    name: node.name,
    compatible: node.compatible,
    addressWidth: wellFormed(() => node.u32('address-width')),
    size: wellFormed(() => node.u32('size')),
  };
}

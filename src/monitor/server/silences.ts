import { TEN_BIT_ADDRESS } from '../../bus/index.ts';
import type { PartReader } from '../../trace/decode.ts';
import type { TracedTransfer } from '../../trace/index.ts';

/** Which parts did not acknowledge their address when they were asked last, by their paths: absent, without power, or busy. */
export class Silences {
  readonly #paths = new Set<string>();

  get paths(): readonly string[] {
    return [...this.#paths];
  }

  get isEmpty(): boolean {
    return this.#paths.size === 0;
  }

  clear(): void {
    this.#paths.clear();
  }

  /** @param readers the parts of the transfer's bus */
  see({ fault, nack, segments }: TracedTransfer, readers: ReadonlyMap<number, PartReader>): void {
    if (fault === undefined && this.#paths.size === 0) return;
    const at = fault === undefined ? segments.length : silentMessage(fault, nack, segments.length);
    if (at === undefined) return;
    segments.slice(0, at + 1).forEach(({ target, tenBit }, message) => {
      const path = readers.get(tenBit ? target + TEN_BIT_ADDRESS : target)?.path;
      if (path === undefined) return;
      if (message === at) this.#paths.add(path);
      else this.#paths.delete(path);
    });
  }
}

/** The message whose address nobody acknowledged; undefined where the fault is another one. */
function silentMessage(
  fault: TracedTransfer['fault'],
  nack: TracedTransfer['nack'],
  messages: number,
): number | undefined {
  if (fault !== 'ENXIO') return undefined;
  if (nack !== undefined) return nack.byte < 0 ? nack.message : undefined;
  // Who does not tell which of several it was says nothing of any.
  return messages === 1 ? 0 : undefined;
}

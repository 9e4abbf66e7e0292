import type { Slot } from './part.ts';

interface Answer {
  readonly slot: Slot;
  readonly bytes: Uint8Array;
}

/** What each of several parts sends at once. @param failed told of a part that threw */
export function answersOf(
  slots: readonly Slot[],
  length: number,
  failed: (slot: Slot, error: unknown) => void,
): Answer[] {
  return slots.flatMap((slot) => {
    const bytes = new Uint8Array(length);
    try {
      if (slot.silent === undefined) slot.part.read(bytes);
    } catch (error) {
      failed(slot, error);
    }
    return slot.silent !== undefined ? [] : [{ slot, bytes }];
  });
}

/** Several parts send at once: open drain, so every 0 wins. */
export function wiredAnd(answers: readonly Answer[], into: Uint8Array): void {
  for (const { bytes } of answers) {
    for (let n = 0; n < into.length; n++) into[n] = (into[n] as number) & (bytes[n] as number);
  }
}

/**
 * Of addresses that are sent at once the lowest one arrives: who sends 1 and sees 0 falls silent (SMBus 3.2, A.2).
 * @returns who goes on
 */
export function arbitrate(answers: readonly Answer[], into: Uint8Array): Slot | undefined {
  const first = ({ bytes }: Answer) => bytes[0] as number;
  const [won, ...lost] = [...answers].sort((a, b) => first(a) - first(b));
  for (const { slot } of lost) slot.part.loseArbitration?.();
  if (won !== undefined) into.set(won.bytes);
  return won?.slot;
}

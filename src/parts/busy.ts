/** Why a part does not acknowledge: `busy: write cycle, 3.2 ms left`; undefined where it does. */
export function busyWith(what: string, remainingNs: number): string | undefined {
  return remainingNs > 0 ? `busy: ${what}, ${(remainingNs / 1e6).toFixed(1)} ms left` : undefined;
}

/** What happens on a board from some moment on, in the bytes of whoever reads it again. */
export interface HistorySource {
  /** Of this run of the host, unlike any other: letters, digits and `-`. */
  readonly run: string;
  /** What the events are of. */
  readonly board: Uint8Array;
  /** Events that nobody has taken; undefined: there are none. */
  take(): Uint8Array | undefined;
  /** How many found no room, so far. */
  readonly dropped: number;
  end(): void;
}

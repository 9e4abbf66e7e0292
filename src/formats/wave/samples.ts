/** Wires as a logic analyser saw them. */
export interface Wave {
  /** Names of the lanes. */
  readonly names: readonly string[];
  /** Levels before the first step. */
  readonly idle: readonly boolean[];
  /** Changes of levels in the order of their time. */
  readonly steps: Iterable<WaveChange>;
}

/** All levels from a moment on. `levels` is only good until the next one. */
export interface WaveChange {
  readonly atNs: number;
  readonly levels: readonly boolean[];
}

/** What is wrong with a file of waves, with its line where it has lines. */
export class WaveError extends Error {
  readonly line: number | undefined;

  constructor(sentence: string, line?: number) {
    super(sentence);
    this.line = line;
  }
}

/** What a client or a host noted, at a time in ns. */
export interface Line {
  readonly event: string;
  readonly at: number;
  readonly [more: string]: unknown;
}

/** What reached one bus, in its order. */
export interface Wire {
  readonly host: string;
  readonly bus: string;
  readonly hasAdapter: boolean;
  readonly records: readonly { readonly tag: string; readonly at: number }[];
}

export interface History {
  readonly clients: readonly (readonly Line[])[];
  readonly hosts: Readonly<Record<string, readonly Line[]>>;
  readonly wires: readonly Wire[];
}

export function check(history: History): {
  readonly wrong: readonly string[];
  readonly counts: Readonly<Record<string, unknown>>;
};

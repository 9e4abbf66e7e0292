/**
 * How another process looks at a running board and touches it: one request a line, one answer a line, as JSON, over a
 * Unix socket that only the board's user may open.
 */
import type { PropertyValue } from '../../sim/index.ts';
import type { LineReport, PartReport } from '../thread/protocol.ts';

/** Longest line: the contents of the largest memory, in base64. */
export const LINE_MAX = 128 << 20;

/** What is asked. `part`, `controller`: path, alias or `&label`. */
export type ControlRequest =
  | { readonly call: 'describe' }
  | { readonly call: 'get'; readonly part: string }
  | { readonly call: 'set'; readonly part: string; readonly values: Readonly<Record<string, WireValue>> }
  /** Pulls a line low, or clears a bit of a part's `inputs`, for `ms`; the answer comes when it is over. */
  | { readonly call: 'press'; readonly target: string; readonly line: string; readonly ms: number };

/** A property's value in JSON: bytes are base64. */
export type WireValue = number | boolean | string | { readonly base64: string };

/** Who answers, and what there is. */
export interface ControlDescription {
  readonly pid: number;
  readonly board: string;
  readonly parts: readonly PartReport[];
  readonly lines: readonly LineReport[];
}

/** A part with all that it has. */
export interface ControlPart {
  readonly path: string;
  readonly title: string;
  readonly properties: PartReport['properties'];
  readonly values: Readonly<Record<string, WireValue>>;
}

export type ControlAnswer =
  | { readonly result: unknown }
  /** What is wrong, as a sentence. */
  | { readonly error: string };

export function toWire(value: PropertyValue): WireValue {
  return value instanceof Uint8Array ? { base64: Buffer.from(value).toString('base64') } : value;
}

export function fromWire(value: WireValue): PropertyValue {
  return typeof value === 'object' ? Uint8Array.from(Buffer.from(value.base64, 'base64')) : value;
}

/** A number from 0 to below `below`. */
export type Random = (below: number) => number;

export function randomFrom(seed: number): Random;

export class FuzzError extends Error {}

export function must(holds: boolean, what: string): void;

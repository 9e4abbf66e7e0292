import { SDA_FREED } from '../../bus/words.ts';
import type { TracedTransfer } from '../event.ts';

/** A wait for its turn that is worth a word, in ms. */
export const LONG_MS = 1;

/**
 * What a transfer met beside its result, behind what it means: `; waited 12.0 ms for its turn; 3 attempts`. Empty where it
 * met nothing.
 */
export function notesText({
  attempts,
  queuedMs,
  stretchedNs,
  struck,
  nack,
}: Pick<TracedTransfer, 'attempts' | 'queuedMs' | 'stretchedNs' | 'struck' | 'nack'>): string {
  const notes = [
    ...(nack === undefined || nack.byte < 0 ? [] : [`byte ${nack.byte} was not acknowledged`]),
    ...(queuedMs < LONG_MS ? [] : [`waited ${msText(queuedMs)} for its turn`]),
    ...(attempts > 1 ? [`${attempts} attempts`] : []),
    ...(stretchedNs > 0 ? [`SCL stretched ${msText(stretchedNs / 1e6)}`] : []),
    ...struck.map((text) => (text.startsWith(SDA_FREED) ? text : `injected: ${text}`)),
  ];
  return notes.map((note) => `; ${note}`).join('');
}

function msText(ms: number): string {
  return ms < 1 ? `${Math.round(ms * 1000)} µs` : `${ms.toFixed(1)} ms`;
}

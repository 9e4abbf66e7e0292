import { deniedSentence, messageOf } from '../../bus/words.ts';

/** What an error says to a person. */
export function errorText(error: unknown): string {
  return deniedSentence(error) ?? messageOf(error);
}

import { didYouMean } from '../../../input/index.ts';

/** So many letters of a name may be wrong. Short names have neighbours that mean something else. */
export function isSlip(name: string, meant: string): boolean {
  if (name.toLowerCase() === meant || name.replaceAll('_', '-') === meant) return true;
  return didYouMean(name, [meant], meant.length < 5 ? 0 : meant.length < 12 ? 1 : 2) !== undefined;
}

import { didYouMean } from '../../input/index.ts';

/** The command was called wrongly: exit code 2. The sentence says what to write instead. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError';
}

/** An option or argument has a value that it cannot have: how the command is called is shown behind the sentence. */
export class InvalidValue extends UsageError {
  override readonly name = 'InvalidValue';

  /**
   * @param what what was given: `--emulate`, `shell`
   * @param expected what may stand there
   */
  constructor(what: string, expected: string, got: string, hint = '') {
    super(`invalid ${what}: expected ${expected}, got ${got}${hint}`);
  }
}

/** A word that is none of `known`, of which that one is named which is near. */
export function invalidChoice(what: string, known: readonly string[], got: string): InvalidValue {
  const near = didYouMean(got, known);
  const expected = [known.slice(0, -1).join(', '), known.at(-1)].filter(Boolean).join(' or ');
  return new InvalidValue(what, expected, got, near === undefined ? '' : ` (did you mean ${near})`);
}

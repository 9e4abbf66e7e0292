/** The command was called wrongly: exit code 2. The sentence says what to write instead. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

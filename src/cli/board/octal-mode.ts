import { UsageError } from '../terminal/usage-error.ts';

/** Permissions as chmod takes them. @param option what asks for them: `--mode` @throws {UsageError} */
export function octalMode(option: string, digits: string): number {
  if (!/^[0-7]{3,4}$/.test(digits))
    throw new UsageError(`invalid ${option}: expected octal digits such as 0660, got ${digits}`);
  return Number.parseInt(digits, 8);
}

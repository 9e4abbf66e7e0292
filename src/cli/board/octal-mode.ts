import { InvalidValue } from '../terminal/usage-error.ts';

/** Permissions as chmod takes them. @param option what asks for them: `--mode` @throws {InvalidValue} */
export function octalMode(option: string, digits: string): number {
  if (!/^[0-7]{3,4}$/.test(digits)) throw new InvalidValue(option, 'octal digits such as 0660', digits);
  return Number.parseInt(digits, 8);
}

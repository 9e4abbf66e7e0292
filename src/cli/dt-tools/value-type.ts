import { parseValueFormat, type ValueFormat } from '../../devicetree/index.ts';
import { UsageError } from './command.ts';

/** Help for `-t`. */
export const FORMAT_HELP =
  's strings, i integers, u unsigned, x hexadecimal, r raw bytes; prefix: hh or b for bytes, h for 2 bytes, l for 4 (default)';

/** What `-t` asks for. */
export function valueFormat(text: string): ValueFormat {
  const format = parseValueFormat(text);
  if (format === undefined) throw new UsageError(`invalid type "${text}": ${FORMAT_HELP}`);
  return format;
}

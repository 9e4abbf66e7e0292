import type { ServeSettings } from '../../board/index.ts';
import { InvalidValue } from '../terminal/usage-error.ts';

type Limits = NonNullable<ServeSettings['limits']>;

/** What `--limit` calls each limit. */
const NAMES: Readonly<Record<string, { readonly key: keyof Limits; readonly text: string }>> = {
  memory: { key: 'memoryBytes', text: 'memory that a front-end may share (1T)' },
  request: { key: 'requestBytes', text: 'bytes of one request (64M)' },
  'connections-per-socket': { key: 'connectionsPerSocket', text: 'front-ends at one socket (64)' },
  connections: { key: 'connections', text: 'front-ends at all sockets (256)' },
  'message-ms': { key: 'messageMs', text: 'time for a message that was begun (5000)' },
  'message-burst': { key: 'messageBurst', text: 'messages at once (1024)' },
  'messages-per-second': { key: 'messagesPerSecond', text: 'messages a second (5000)' },
};

const UNITS: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

/** The names with what they mean, for the help. */
export const LIMITS_HELP = `Limits of what front-ends may ask, for --limit:
${Object.entries(NAMES)
  .map(([name, { text }]) => `  ${name.padEnd(24)}${text}\n`)
  .join('')}`;

/** Limits as they were given: `memory=4G`. @throws {InvalidValue} */
export function limitsOf(given: readonly string[]): Limits {
  return Object.fromEntries(
    given.map((word) => {
      const [, name = '', digits = '', unit = ''] = /^([a-z-]*)=(\d{1,15})([KMGT]?)$/.exec(word) ?? [];
      const limit = Object.hasOwn(NAMES, name) ? NAMES[name] : undefined;
      const value = Number(digits) * (UNITS[unit] ?? 1);
      if (limit === undefined || value < 1 || !Number.isSafeInteger(value)) {
        const names = Object.keys(NAMES).join(', ');
        throw new InvalidValue(
          '--limit',
          'NAME=NUMBER (1 or more; K, M, G and T are powers of 1024)',
          word,
          `; names: ${names}`,
        );
      }
      return [limit.key, value];
    }),
  );
}

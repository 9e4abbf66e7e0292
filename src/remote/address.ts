/** Where a host shares its buses: a Unix socket, the other end of ssh, a port with TLS, or a name on a NATS server. */
export type RemotePlace =
  | { readonly way: 'unix'; readonly path: string }
  | {
      readonly way: 'ssh';
      readonly user: string | undefined;
      readonly host: string;
      readonly port: number | undefined;
    }
  | { readonly way: 'tls' | 'tcp'; readonly host: string; readonly port: number }
  | {
      readonly way: 'nats';
      readonly host: string;
      readonly port: number;
      readonly isLocal: boolean;
      /** Undefined: all boards that are announced there. */
      readonly board: string | undefined;
    };

/** A bus of a host, or (`bus` undefined) all of it. */
export interface RemoteAddress {
  readonly place: RemotePlace;
  /** `i2c-1`, `spi-0`, `gpio-0` */
  readonly bus: string | undefined;
  /** The place for people, as it was given. */
  readonly name: string;
}

/** What an address begins with. */
export const REMOTE = 'remote:';

const FORMS =
  'remote:PATH.sock/i2c-1, remote:ssh://HOST/i2c-1, remote:tls://HOST:PORT/i2c-1 or remote:nats://SERVER/BOARD/i2c-1; without the bus: the whole board';
/** A bus by the kernel's name or its alias. */
const BUS = /^(i2c|spi|gpio)-?(\d{1,5})$/;
/** Names begin with a letter or digit: none is taken for an option of ssh. */
const URL_FORM =
  /^(ssh|tls|tcp|nats):\/\/(?:([A-Za-z0-9_][\w.-]*)@)?(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9][\w.-]*))(?::(\d{1,5}))?(?:\/(.*))?$/;
const NATS_PORT = 4222;
const SOCKET_FORM = /^(.+?\.sock)(?:\/(.*))?$/;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/;

/** Reads `remote:…`. @throws {RangeError} with the forms that there are */
export function remoteAddress(text: string): RemoteAddress {
  const rest = text.startsWith(REMOTE) ? text.slice(REMOTE.length) : text;
  const invalid = (why = `expected ${FORMS}`): RangeError =>
    new RangeError(`invalid address "${text}": ${why}`);
  const url = URL_FORM.exec(rest);
  if (url === null) {
    const [, path, bus] = SOCKET_FORM.exec(rest) ?? [];
    if (path === undefined || rest.includes('://')) throw invalid();
    return { place: { way: 'unix', path }, bus: busName(bus, invalid), name: path };
  }
  const [, way, user, ipv6, name, digits, busText] = url;
  const host = ipv6 ?? (name as string);
  const port = digits === undefined ? undefined : Number(digits);
  if (port !== undefined && !(port >= 1 && port <= 0xffff)) throw invalid('expected a port from 1 to 65535');
  if (way === 'nats') return natsAddress(host, port, user, busText, invalid);
  const bus = busName(busText, invalid);
  const whole = `${way}://${user === undefined ? '' : `${user}@`}${ipv6 === undefined ? host : `[${host}]`}${port === undefined ? '' : `:${port}`}`;
  if (way === 'ssh') return { place: { way, user, host, port }, bus, name: whole };
  if (port === undefined) throw invalid('expected a port, as in tls://bench3:7070');
  if (user !== undefined) throw invalid('a user is named by certificate or token only');
  if (way === 'tcp' && !LOOPBACK.test(host))
    throw invalid(`plain TCP is for this machine alone; use tls://${host}:${port}, or ssh://${host}`);
  return { place: { way: way as 'tls' | 'tcp', host, port }, bus, name: whole };
}

function natsAddress(
  host: string,
  port = NATS_PORT,
  user: string | undefined,
  path: string | undefined,
  invalid: (why?: string) => RangeError,
): RemoteAddress {
  if (user !== undefined)
    throw invalid('a user is named by the variables DTBUS_NATS_CREDS and DTBUS_NATS_TOKEN only');
  const [, board, busText] = /^([\w-]*)(?:\/(.*))?$/.exec(path ?? '') ?? [];
  if (board === undefined) throw invalid();
  const shown = `nats://${host.includes(':') ? `[${host}]` : host}:${port}`;
  return {
    place: { way: 'nats', host, port, isLocal: isLoopback(host), board: board === '' ? undefined : board },
    bus: busName(busText, invalid),
    name: board === '' ? shown : `${shown}/${board}`,
  };
}

/** Whether a host's name or address is this machine's own. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}

function busName(text: string | undefined, invalid: (why: string) => RangeError): string | undefined {
  if (text === undefined || text === '') return undefined;
  const [, kind, number] = BUS.exec(text) ?? [];
  if (kind === undefined) throw invalid(`expected a bus as i2c-1, spi-0 or gpio-0, got "${text}"`);
  return `${kind}-${Number(number)}`;
}

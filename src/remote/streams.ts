import type { Duplex } from 'node:stream';
import { BusFault } from '../bus/index.ts';
import type { RemotePlace } from './address.ts';
import { connected } from './connected.ts';

/** What ssh says last is the reason why it failed; more is not kept. */
const SAID_MAX = 4096;

/** A new stream to where a host shares its buses. @throws {BusFault} `ENODEV` not there, `EACCES` */
export async function openStream(place: RemotePlace, name: string): Promise<Duplex> {
  if (place.way === 'ssh') return sshStream(place);
  if (place.way === 'tls') {
    const { tlsStream } = await import('./tls.ts');
    return tlsStream(place.host, place.port, name);
  }
  if (place.way === 'nats') {
    const { board } = place;
    if (board === undefined)
      throw new BusFault(
        'ENODEV',
        `name the board too, as in remote:${name}/bench3; dtbus lab ls lists them`,
      );
    const [{ natsStream }, { tlsFiles }] = await Promise.all([import('../lab/index.ts'), import('./tls.ts')]);
    return natsStream({ ...place, board, tls: tlsFiles() }, name);
  }
  const { createConnection } = await import('node:net');
  const target =
    place.way === 'unix' ? { path: place.path } : { host: place.host, port: place.port, noDelay: true };
  return connected(createConnection(target), 'connect', name);
}

/** The stdio of `dtbus share --stdio` on another machine: ssh says who may, and encrypts; no port is open there. */
async function sshStream({ user, host, port }: Extract<RemotePlace, { way: 'ssh' }>): Promise<Duplex> {
  const [{ spawn }, { Duplex: Stream, PassThrough }] = await Promise.all([
    import('node:child_process'),
    import('node:stream'),
  ]);
  const target = user === undefined ? host : `${user}@${host}`;
  const options = port === undefined ? [] : ['-p', String(port)];
  // Nobody is there to type a password: a key or an agent has to do.
  const words = ['-T', '-o', 'BatchMode=yes', ...options, target, 'dtbus', 'share', '--stdio'];
  const child = spawn('ssh', words, { stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8');
  child.stderr.on('data', (text: string) => {
    said = (said + text).slice(-SAID_MAX);
  });
  // Its end is told when ssh has ended: by then the reason is known.
  const heard = child.stdout.pipe(new PassThrough(), { end: false });
  const told = new PassThrough();
  told.pipe(child.stdin);
  const stream = Stream.from({ readable: heard, writable: told });
  const failed = (why: string): void => {
    stream.destroy(new Error(why));
  };
  child.on('error', (error: NodeJS.ErrnoException) =>
    failed(error.code === 'ENOENT' ? 'not found: the command ssh; install it' : error.message),
  );
  child.on('close', (code) => failed(said.trim().split('\n').at(-1) || `ssh ended with exit code ${code}`));
  // What ssh does not take any more it says by its end.
  child.stdin.on('error', () => {});
  stream.once('close', () => child.kill());
  return stream;
}

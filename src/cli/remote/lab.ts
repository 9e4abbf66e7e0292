import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { controlFolder } from '../../board/share.ts';
import { oneLine, plainJson } from '../../input/index.ts';
import type { NatsServer } from '../../lab/index.ts';
import {
  IDLE_MS,
  openStream,
  type RemoteAddress,
  RemoteSession,
  remoteAddress,
  type Told,
  TTL_MS,
  tlsFiles,
  WAIT,
  whoAmI,
} from '../../remote/index.ts';
import { untilInterrupted } from '../terminal/until-interrupted.ts';
import { InvalidValue, UsageError } from '../terminal/usage-error.ts';
import { warn } from '../terminal/warn.ts';

/** What `dtbus lab lock` is told beside its place. */
export interface LockArguments {
  readonly why: string;
  readonly wait: boolean;
  readonly steal: boolean;
  readonly keep: boolean;
  readonly ttl: string;
  readonly idle: string;
  readonly priority: string;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** Exit codes of a shell for a command that a signal ended. */
const SIGNALLED = 128;

type Leases = Told<'leases'>;
type SharedBus = Told<'welcome'>['buses'][number];

/** The buses of a host, and who has them; of a NATS server, its boards. @returns the exit code */
export function listBuses(place: string | undefined, json: boolean): Promise<number> {
  if (place !== undefined) {
    const { place: server } = addressOf(place);
    if (server.way === 'nats' && server.board === undefined)
      return listAnnounced({ ...server, tls: tlsFiles() }, json);
  }
  return withHost(place, async (session) => {
    const { host, buses } = session.greeting;
    const { leases } = await session.list();
    const rows = buses.map((bus) => ({ bus, lease: leases.find((lease) => lease.buses.includes(bus.name)) }));
    if (json) {
      const told = rows.map(({ bus: { name, host: carrier, path }, lease }) => ({
        name,
        host: carrier,
        path,
        lease: lease ?? null,
      }));
      print(plainJson({ host, buses: told }, 2));
      return 0;
    }
    print(oneLine(host));
    for (const { bus, lease } of rows) print(`  ${busLine(bus, lease)}`);
    return 0;
  });
}

/** The boards that are announced on a NATS server. */
async function listAnnounced(server: NatsServer, json: boolean): Promise<number> {
  const { listBoards } = await import('../../lab/index.ts');
  const boards = await listBoards(server);
  if (json) print(plainJson({ boards }, 2));
  else if (boards.length === 0) print('no board');
  else for (const { board, host, buses } of boards) print(oneLine(`${board}  ${host}: ${buses.join(' ')}`));
  return 0;
}

function busLine({ name, host }: SharedBus, lease: Leases['leases'][number] | undefined): string {
  const by =
    lease === undefined ? 'free' : `leased by ${lease.who}${lease.why === '' ? '' : ` for ${lease.why}`}`;
  return oneLine(`${name.padEnd(8)} ${host}: ${by}`);
}

/** The leases of a host. @returns the exit code */
export function listLeases(place: string | undefined, json: boolean): Promise<number> {
  return withHost(place, async (session) => {
    const { leases } = await session.list();
    if (json) print(plainJson({ leases }, 2));
    else if (leases.length === 0) print('no lease');
    else for (const lease of leases) print(leaseLine(lease));
    return 0;
  });
}

function leaseLine({ buses, who, why, ageMs, idleMs, leftMs, transfers }: Leases['leases'][number]): string {
  const reason = why === '' ? '' : ` for ${why}`;
  const used = transfers === 0 ? 'not used' : `${transfers} transfers, the last ${seconds(idleMs)} ago`;
  return oneLine(
    `${buses.join(' ')}  ${who}${reason}: since ${seconds(ageMs)}, ${used}; ends in ${seconds(leftMs)} unless renewed`,
  );
}

/** Those who wait. @returns the exit code */
export function listQueue(place: string | undefined, json: boolean): Promise<number> {
  return withHost(place, async (session) => {
    const { queue } = await session.list();
    if (json) print(plainJson({ queue }, 2));
    else if (queue.length === 0) print('the queue is empty');
    else
      for (const [at, { buses, who, why, waitedMs, priority }] of queue.entries())
        print(
          oneLine(
            `${at + 1}  ${buses.join(' ')}  ${who}${why === '' ? '' : ` for ${why}`}: waits for ${seconds(waitedMs)}${priority === 0 ? '' : `, priority ${priority}`}`,
          ),
        );
    return 0;
  });
}

/** Ends the leases of others. @returns the exit code */
export async function release(place: string, why: string): Promise<number> {
  if (why === '') throw new UsageError('a reason is required: add --why TEXT');
  return withHost(place, async (session, { bus }) => {
    await session.acquire(wishOf(session, bus, { why, steal: true }));
    await session.release();
    return 0;
  });
}

/** Takes a lease, and holds it while a command runs, or until it is interrupted. @returns the exit code */
export async function lock(place: string, args: LockArguments, command: readonly string[]): Promise<number> {
  const ttlMs = secondsOf('--ttl', args.ttl, TTL_MS.min);
  const idleMs = secondsOf('--idle', args.idle, 1);
  if (!/^[0-9]$/.test(args.priority))
    throw new InvalidValue('--priority', 'a number from 0 to 9', args.priority);
  if (args.steal && args.why === '') throw new UsageError('--steal needs a reason: add --why TEXT');
  let endCommand = (): void => {};
  const over = new Promise<void>((resolve) => {
    endCommand = resolve;
  });
  const told = { place: '', isLost: false };
  return withHost(
    place,
    async (session, { bus }) => {
      const { why, wait, steal, keep } = args;
      await session.acquire(
        wishOf(session, bus, {
          why,
          steal,
          ttlMs,
          idleMs,
          graceMs: ttlMs,
          priority: Number(args.priority),
          restore: !keep,
          wait: wait ? WAIT.YES : WAIT.GONE,
        }),
      );
      if (command.length > 0) return await run(command, session.leaseName);
      print(`DTBUS_LEASE=${session.leaseName}`);
      print('ready');
      await untilInterrupted(over);
      return told.isLost ? 1 : 0;
    },
    {
      onLost: (reason) => {
        told.isLost = true;
        warn(`the lease has ended: ${reason}`);
        endCommand();
      },
      onQueued: ({ place: at, holder }) => {
        const sentence =
          holder === '' ? `number ${at} in the queue` : `number ${at} in the queue, behind ${holder}`;
        if (sentence !== told.place) warn(sentence);
        told.place = sentence;
      },
    },
  );
}

/** Runs a command in the lease. @returns its exit code */
function run([file = '', ...words]: readonly string[], lease: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, words, { stdio: 'inherit', env: { ...process.env, DTBUS_LEASE: lease } });
    // They come to the command too, which decides.
    const wait = (signal: NodeJS.Signals): void => void child.kill(signal);
    for (const signal of SIGNALS) process.on(signal, wait);
    const end = (): void => {
      for (const signal of SIGNALS) process.off(signal, wait);
    };
    child.once('error', (error: NodeJS.ErrnoException) => {
      end();
      reject(error.code === 'ENOENT' ? new Error(`not found: the command ${file}`) : error);
    });
    child.once('exit', (code, signal) => {
      end();
      resolve(code ?? SIGNALLED + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}

interface Wish {
  readonly why: string;
  readonly steal: boolean;
  readonly ttlMs?: number;
  readonly idleMs?: number;
  readonly graceMs?: number;
  readonly priority?: number;
  readonly restore?: boolean;
  readonly wait?: number;
}

function wishOf(
  session: RemoteSession,
  bus: string | undefined,
  wish: Wish,
): Parameters<RemoteSession['acquire']>[0] {
  const buses = bus === undefined ? session.greeting.buses.map(({ name }) => name) : [bus];
  const usual = {
    ttlMs: TTL_MS.usual,
    idleMs: IDLE_MS,
    graceMs: 0,
    priority: 0,
    restore: false,
    wait: WAIT.NO,
  };
  return { ...usual, ...wish, buses };
}

/** Meets a host, and leaves it behind. */
async function withHost(
  text: string | undefined,
  work: (session: RemoteSession, address: RemoteAddress) => Promise<number>,
  told: Pick<ConstructorParameters<typeof RemoteSession>[0], 'onLost' | 'onQueued'> = {},
): Promise<number> {
  const address = addressOf(text ?? join(controlFolder(), 'share.sock'));
  const { place, name } = address;
  const session = new RemoteSession({
    name,
    open: () => openStream(place, name),
    who: whoAmI(),
    token: process.env['DTBUS_TOKEN'] ?? '',
    ...told,
  });
  try {
    await session.connect();
    return await work(session, address);
  } finally {
    await session.close();
  }
}

/** @throws {UsageError} */
function addressOf(text: string): RemoteAddress {
  try {
    return remoteAddress(text);
  } catch (error) {
    throw new UsageError((error as RangeError).message);
  }
}

function secondsOf(option: string, text: string, minMs: number): number {
  const value = Number(text);
  if (!(value * 1000 >= minMs && value * 1000 <= TTL_MS.max))
    throw new InvalidValue(option, `${minMs / 1000} to ${TTL_MS.max / 1000} seconds`, text);
  return Math.round(value * 1000);
}

const seconds = (ms: number): string =>
  ms >= 120_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 1000)} s`;

const print = (line: string): void => void process.stdout.write(`${line}\n`);

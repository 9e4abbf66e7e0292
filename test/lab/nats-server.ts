import { spawnSync } from 'node:child_process';
import type { testProcesses } from './processes.ts';

/** A server that somebody else wrote: Debian's, or the one that DTBUS_NATS_SERVER names. */
export const SERVER = process.env['DTBUS_NATS_SERVER'] || 'nats-server';
export const HAS_SERVER = spawnSync(SERVER, ['--version']).status === 0;

/** A server on this machine alone. @param port -1: any that is free @returns it, and its port */
export async function natsServer(
  { start }: Pick<ReturnType<typeof testProcesses>, 'start'>,
  port = -1,
  ...more: readonly string[]
) {
  const server = start(SERVER, '-a', '127.0.0.1', '-p', String(port), ...more);
  const [, bound] = await server.heard(/client connections on 127\.0\.0\.1:(\d+)/);
  await server.heard(/Server is ready/);
  return { ...server, port: Number(bound) };
}

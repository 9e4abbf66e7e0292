import type { UsbConnection } from './connection.ts';

/** What became of transfers, place by place. */
type Results<T extends readonly Promise<unknown>[]> = { -readonly [P in keyof T]: Awaited<T[P]> };

/**
 * Does `work` with a signal that is aborted with `signal`, or by the work itself.
 * Not by `AbortSignal.any`: that costs more than a transfer.
 */
export async function breakable<T>(
  signal: AbortSignal | undefined,
  work: (broken: AbortController) => Promise<T>,
): Promise<T> {
  const broken = new AbortController();
  const end = (): void => broken.abort(signal?.reason);
  if (signal?.aborted) end();
  signal?.addEventListener('abort', end, { once: true });
  try {
    return await work(broken);
  } finally {
    signal?.removeEventListener('abort', end);
  }
}

/**
 * Waits for transfers that were begun with the signal of `broken`. Where one fails the others are taken back, and have
 * ended when its fault is thrown: one that still waited would take an answer of the next transfer. @throws {BusFault}
 */
export async function allOrNone<const T extends readonly Promise<unknown>[]>(
  broken: AbortController,
  transfers: T,
): Promise<Results<T>> {
  try {
    return (await Promise.all(transfers)) as Results<T>;
  } catch (error) {
    return await takeBack(broken, transfers, error);
  }
}

/** Takes back transfers that were begun with the signal of `broken`, waits for their end, and throws `error`. */
export async function takeBack(
  broken: AbortController,
  transfers: readonly Promise<unknown>[],
  error: unknown,
): Promise<never> {
  broken.abort(error);
  await Promise.allSettled(transfers);
  throw error;
}

/** `inEach` of a connection whose transfers are all begun by its `in`. */
export async function inOneByOne(
  connection: Pick<UsbConnection, 'in'>,
  ...[endpoint, length, count, take, signal]: Parameters<UsbConnection['inEach']>
): Promise<void> {
  await breakable(signal, (broken) =>
    allOrNone(
      broken,
      Array.from({ length: count }, async (_, place) => {
        const data = await connection.in(endpoint, length, broken.signal);
        take(data, data.length, place);
      }),
    ),
  );
}

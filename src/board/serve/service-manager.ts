import { OsError, sendUnixDatagram } from '../../os/index.ts';

/**
 * Tells the service manager that started this process how it is, as sd_notify(3) does: a datagram to the socket
 * of NOTIFY_SOCKET. Without one, nothing happens.
 * @returns why it could not be told; undefined when it was, or when there is none
 */
export function tellServiceManager(state: 'READY=1' | 'STOPPING=1'): string | undefined {
  const socket = process.env['NOTIFY_SOCKET'];
  if (socket === undefined || socket === '') return undefined;
  try {
    sendUnixDatagram(socket, state);
    return undefined;
  } catch (thrown) {
    if (!(thrown instanceof OsError)) throw thrown;
    return `the service manager at NOTIFY_SOCKET is not told ${state}: ${thrown.message}`;
  }
}

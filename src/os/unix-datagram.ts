import { O_CLOEXEC } from './abi.ts';
import { FileDescriptor } from './file-descriptor.ts';
import { cFunction, checked } from './libc.ts';
import { AF_UNIX, socketAddress } from './unix-socket.ts';

const SOCK_DGRAM = 2;
const MSG_NOSIGNAL = 0x4000;

/**
 * Sends one datagram to the unix socket at `path`; a path that begins with `@` is a name in Linux's abstract
 * space. @throws {OsError} ENOENT, ECONNREFUSED, …
 */
export function sendUnixDatagram(path: string, text: string): void {
  const address = socketAddress('sendto', path);
  if (path.startsWith('@')) address[2] = 0;
  // Whatever lies behind an abstract name would be part of it.
  const addressLength = 2 + Buffer.byteLength(path);
  const socket = cFunction('int socket(int domain, int type, int protocol)');
  const file = new FileDescriptor(checked('socket', socket(AF_UNIX, SOCK_DGRAM | O_CLOEXEC, 0)));
  try {
    const sendto = cFunction(
      'int64_t sendto(int fd, const void *data, size_t length, int flags, const void *to, unsigned int toLength)',
    );
    const bytes = Buffer.from(text);
    checked('sendto', sendto(file.fd, bytes, bytes.length, MSG_NOSIGNAL, address, addressLength), path);
  } finally {
    file.close();
  }
}

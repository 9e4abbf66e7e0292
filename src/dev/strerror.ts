import type { Errno } from '../bus/index.ts';

const TEXT: Record<Errno, string> = {
  EPERM: 'Operation not permitted',
  ENOENT: 'No such file or directory',
  EIO: 'Input/output error',
  ENXIO: 'No such device or address',
  EAGAIN: 'Resource temporarily unavailable',
  ENOMEM: 'Cannot allocate memory',
  EACCES: 'Permission denied',
  EBUSY: 'Device or resource busy',
  ENODEV: 'No such device',
  EINVAL: 'Invalid argument',
  EPROTO: 'Protocol error',
  EBADMSG: 'Bad message',
  EMSGSIZE: 'Message too long',
  EOPNOTSUPP: 'Operation not supported',
  ESHUTDOWN: 'Cannot send after transport endpoint shutdown',
  ETIMEDOUT: 'Connection timed out',
  EREMOTEIO: 'Remote I/O error',
  ECANCELED: 'Operation canceled',
};

/** What glibc's strerror(3) says in the C locale: programs that take the place of others print it. */
export function strerror(code: Errno): string {
  return TEXT[code];
}

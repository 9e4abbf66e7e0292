import { describe, expect, it } from 'vitest';
import { setNonBlocking } from '../../src/os/file-descriptor.ts';
import { EventFd } from '../../src/os/index.ts';
import { Watchdog } from '../../src/os/watchdog.ts';

describe('a watchdog', () => {
  it('ends a call that blocks, as often as one does', () => {
    const dog = new Watchdog();
    const bell = EventFd.create();
    setNonBlocking(bell.fd, false);
    for (let i = 0; i < 3; i++) expect(() => bell.drain()).toThrow(/^read: EINTR: doorbell$/);
    dog.close();
    dog.close();
    bell.close();
  });
});

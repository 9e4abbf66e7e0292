import type { ByteLink, LinkOpener } from './byte-link.ts';
import type { EmulatedAdapter } from './serve-emulator.ts';

/** A link to an emulated adapter in this process, without a port. Each answer comes in a later turn of the event loop. */
export function emulatedLink(emulator: EmulatedAdapter): LinkOpener {
  return async (events): Promise<ByteLink> => {
    let open = true;
    return {
      name: 'a port in this process',
      write(bytes) {
        const sent = bytes.slice();
        setImmediate(() => {
          const answer = emulator.feed(sent);
          if (open && answer.length > 0) events.data(answer);
        });
      },
      close: async () => {
        open = false;
        // What was written is out by then.
        await new Promise((resolve) => setImmediate(resolve));
      },
    };
  };
}

/**
 * Entry of the process that holds a serial port for a thread: opens what it is told to and passes bytes on.
 * See `process-link.ts`.
 */
import { BusFault, leaveGoneTerminals } from '../../src/bus/index.ts';
import type { ByteLink } from './byte-link.ts';
import type { FromProcess, ToProcess } from './process-link.ts';
import { directSerialLink } from './serial.ts';

let link: ByteLink | undefined;

function tell(message: FromProcess): void {
  // A parent that is gone hears nothing, and we are about to end.
  if (process.connected) process.send?.(message, undefined, {}, () => {});
}

async function carryOut(message: ToProcess): Promise<void> {
  switch (message.kind) {
    case 'open':
      link = await directSerialLink(
        message.path,
        message.baudRate,
      )({
        data: (bytes) => tell({ kind: 'data', bytes }),
        lost: (reason) => tell({ kind: 'lost', reason }),
      });
      return tell({ kind: 'done' });
    case 'write':
      link?.write(message.bytes);
      return;
    case 'baud':
      await link?.setBaudRate?.(message.baudRate);
      return tell({ kind: 'done' });
    case 'close':
      await link?.close();
      tell({ kind: 'done' });
      process.disconnect();
  }
}

process.on('message', (message: ToProcess) => {
  carryOut(message).catch((thrown) => {
    const { code, message: sentence } = BusFault.from(thrown);
    tell({ kind: 'fault', code, sentence });
  });
});
leaveGoneTerminals();
// Whoever asked for the port is gone: so is the need for it.
process.on('disconnect', () => process.exit());
// Ctrl-C reaches the whole group; the parent decides when this one ends.
process.on('SIGINT', () => {});

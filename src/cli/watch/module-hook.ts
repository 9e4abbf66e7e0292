/** Imported first by a Node program whose boards are watched: `DTBUS_WATCH` says how, as JSON. */
import { messageOf } from '../../bus/words.ts';
import { oneLine } from '../../input/index.ts';
import { Watcher, type WatchOptions } from './watcher.ts';

const watcher = watcherOf(JSON.parse(process.env['DTBUS_WATCH'] ?? '{}') as WatchOptions);

// Ctrl-C ends a program without its exit handlers, and with it the table at the end would be lost. Where the program
// listens by itself, it decides.
process.on('SIGINT', function interrupted() {
  if (process.listenerCount('SIGINT') > 1) return;
  watcher.end();
  process.off('SIGINT', interrupted);
  process.kill(process.pid, 'SIGINT');
});

function watcherOf(options: WatchOptions): Watcher {
  try {
    return new Watcher(options);
  } catch (thrown) {
    process.stderr.write(`dtbus: ${oneLine(messageOf(thrown))}\n`);
    process.exit(1);
  }
}

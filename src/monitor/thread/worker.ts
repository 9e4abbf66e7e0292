/** The thread of a page: `startPage` of the board's room starts it. */
import { parentPort, workerData } from 'node:worker_threads';
import { findControl, type PageNews, type PageStart } from '../../board/index.ts';
import { messageOf, putThreadBehind, threadNumber } from '../../bus/index.ts';
import { startMonitor } from '../server/monitor.ts';
import { openInBrowser } from '../server/open-in-browser.ts';

const { board, connect, isOwn, port, control, open } = workerData as PageStart;
const tell = (news: PageNews) => parentPort?.postMessage(news);

try {
  let isOver = () => {};
  // What a board that ends has told comes before its end.
  const over = new Promise<void>((resolve) => {
    isOver = resolve;
  });
  const monitor = await startMonitor({
    find: () => findControl(board, connect),
    port,
    control,
    onState: (isThere) => !isThere && isOver(),
  });
  parentPort?.once('message', async () => {
    if (isOwn) await over;
    await monitor.close();
    process.exit();
  });
  tell({ kind: 'url', url: monitor.url });
  if (open) openInBrowser(monitor.url, (sentence) => tell({ kind: 'warning', sentence }));
  // Who waits for a page is a person; who waits for a bus is not. Behind the start of the browser, which would inherit it.
  putThreadBehind(threadNumber());
} catch (thrown) {
  tell({ kind: 'failed', sentence: messageOf(thrown) });
}

/**
 * The first module of the program that `dtbus run` or `dtbus watch` starts: it ends with that process also where nothing can be
 * passed on any more, as at kill -9. `DTBUS_PARENT` is the process id of the parent.
 */
import { isMainThread } from 'node:worker_threads';
import { signalAtParentsDeath } from '../../os/index.ts';

/** How often the parent is looked for where the system does not tell. */
const LOOK_MS = 1000;

/**
 * What the kernel tells the parent's end by. It does so once for each thread of the parent that its children are passed on to
 * before the last one has ended (`forget_original_parent` in Linux's kernel/exit.c): were it SIGTERM, the second would end a
 * program that tidies up after the first. Node itself makes no use of it, and without a listener it ends a program as SIGTERM does.
 */
const TOLD_BY = 'SIGPWR';

const parent = Number(process.env['DTBUS_PARENT']);
// Programs that this one starts have it for their parent.
delete process.env['DTBUS_PARENT'];

const end = () => process.kill(process.pid, 'SIGTERM');

if (isMainThread && parent > 0) {
  const isTold = toldBySystem();
  // It may have ended before anybody was asked to tell.
  if (process.ppid !== parent) end();
  else if (isTold) endOnceTold();
  else lookForParent();
}

/** A program that listens for SIGTERM gets it, once; another ends at once, in whatever loop it may be. */
function endOnceTold(): void {
  let isOver = false;
  const told = () => {
    if (isOver) return;
    isOver = true;
    end();
  };
  process.on('newListener', (event) => {
    if (event === 'SIGTERM' && process.listenerCount('SIGTERM') === 0 && !isOver) process.on(TOLD_BY, told);
  });
  process.on('removeListener', (event) => {
    if (event === 'SIGTERM' && process.listenerCount('SIGTERM') === 0 && !isOver) process.off(TOLD_BY, told);
  });
}

function lookForParent(): void {
  const look = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(look);
    end();
  }, LOOK_MS).unref();
}

function toldBySystem(): boolean {
  try {
    signalAtParentsDeath(TOLD_BY);
    return true;
  } catch {
    return false;
  }
}

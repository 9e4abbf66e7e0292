/**
 * The first module of the program that `dtbus run` or `dtbus watch` starts: it ends with that process also where nothing can be
 * passed on any more, as at kill -9. `DTBUS_PARENT` is the process id of the parent.
 */
import { isMainThread } from 'node:worker_threads';
import { signalAtParentsDeath } from '../../os/index.ts';

/** How often the parent is looked for where the system does not tell. */
const LOOK_MS = 1000;

const parent = Number(process.env['DTBUS_PARENT']);
// Programs that this one starts have it for their parent.
delete process.env['DTBUS_PARENT'];

if (isMainThread && parent > 0) {
  const end = () => process.kill(process.pid, 'SIGTERM');
  const isTold = toldBySystem();
  // It may have ended before anybody was asked to tell.
  if (process.ppid !== parent) end();
  else if (!isTold)
    setInterval(() => {
      if (process.ppid !== parent) end();
    }, LOOK_MS).unref();
}

function toldBySystem(): boolean {
  try {
    signalAtParentsDeath('SIGTERM');
    return true;
  } catch {
    return false;
  }
}

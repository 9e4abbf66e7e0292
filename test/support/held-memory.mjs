// What objects of this process hold in memory.
import { setTimeout as pause } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Parts whose memory is looked at: the most usual kinds on I2C. */
export const USUAL_KINDS = [
  'national,lm75',
  'ti,tmp102',
  'nxp,pca9555',
  'atmel,24c02',
  'ti,tps65217',
  'nxp,pcf8563',
  'ti,ina219',
  'wlf,wm8904',
];

/**
 * Bytes that are held while a board is open: the heap after a sweep, and what its objects have outside of it (buffers). Not
 * counted is what malloc needs to keep them apart. @param open opens it @param use what is done with it before
 */
export async function heldWhileOpen(open, use = () => {}) {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  const board = await open();
  use(board);
  // What promises and weak references keep is let go when this turn of the event loop has ended.
  await pause(10);
  for (let sweep = 0; sweep < 3; sweep++) collect();
  const { heapUsed, external } = process.memoryUsage();
  await board.close();
  await pause(10);
  return heapUsed + external;
}

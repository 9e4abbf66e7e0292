// Tells the bench how often an attack was carried out.
import { writeSync } from 'node:fs';

const EVERY_MS = 20;
let [count, told] = [0, 0];

/** An attack, or so many of them, went through. */
export function carriedOut(more = 1) {
  count += more;
  const now = performance.now();
  if (now < told + EVERY_MS) return;
  told = now;
  try {
    writeSync(1, `${count}\n`);
  } catch (error) {
    // The next one tells it.
    if (error.code !== 'EAGAIN') throw error;
  }
}

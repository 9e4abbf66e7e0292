/**
 * Makes a board's nodes and dies while a program is inside an ioctl: `node crash.mjs board|nodes throw|kill BOARD`.
 * Nobody may be left hanging.
 */
import { spawn } from 'node:child_process';
import { exposeBoard, exposeNodes, openBoard } from '../../../../dist/src/board/index.js';

const [way, end, file] = process.argv.slice(2);
const made =
  way === 'board' ? (await exposeBoard(file)).nodes : await exposeNodes((await openBoard(file)).nodes);
for (const { path } of made) console.log(path);
spawn('/bin/sh', ['-c', 'i2cget -y 1 0x60; echo "the program ended with $?"'], { stdio: 'inherit' });
setTimeout(() => {
  if (end === 'kill') process.kill(process.pid, 'SIGKILL');
  throw new Error('a mistake');
}, 500);

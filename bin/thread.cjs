'use strict';

// The thread of a board's back-end. It runs a script whose code is kept, as the commands that are over in a tenth of a second
// do: most of what a program waits for when it opens its first board is this thread's start.

const { load, shortScript } = require('./kept-code.cjs');

let later = [];
const { serveBoards } = load(shortScript('thread'), 'thread', (keep) => later.push(keep), performance);

function keepCode() {
  for (const keep of later) keep();
  later = [];
}
void serveBoards(keepCode);

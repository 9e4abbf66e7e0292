#!/usr/bin/env node
'use strict';

// CommonJS: Node's loader of modules alone takes 7 ms to start, and the commands that are over in a tenth of a second do
// without it.

const { factsOf, load, shortScript } = require('./kept-code.cjs');

// Which script a call is for.

/** The scripts that `src/cli/short` is put into, and the commands that they run. */
const SHORT = {
  buses: /^(i2c(detect|get|set|dump|transfer)|spi-(config|pipe)|flash)$/,
  trees: /^(dtc|fdt(overlay|get|put|dump)|dtdiff)$/,
};

/** What uses one node of a board, or one part. */
const TOOL = /^(i2c|spi-|flash$)/;

/** The board that a call is about: where, and by which name. */
function boardOf(words) {
  const at = words.findIndex((word) => word === '-b' || word === '--board');
  const name = at < 0 ? process.env.DTBUS_BOARD : words[at + 1];
  return `${folder()} ${name}`;
}

/** The present folder; none where it was taken away. */
function folder() {
  try {
    return process.cwd();
  } catch {
    return '';
  }
}

/** What `flash` does: each calls functions of its own. */
const TASK = /^(info|read|write|erase|verify)$/;

/** Whether other parts of ours look at the boards of this process: what is in a script of its own they do not see. */
const isSeen = () => {
  const { DTBUS_CONTROL, DTBUS_WATCH, NODE_OPTIONS = '' } = process.env;
  return Boolean(DTBUS_CONTROL || DTBUS_WATCH) || NODE_OPTIONS.includes('dtbus');
};

/** The help of what is on a bus is that of all commands' parser, which the script has not. */
const HELP = /^-(h|-help)$/;
const isHelp = (script, words) => script === 'buses' && words.some((word) => HELP.test(word));

/** A call that only says something: it calls little of what others do. */
const SAYS = /^(--version|--help|-[hlvV])$/;

/** Keeps the code of a call that the script carried out: that of others would leave out what most calls need. */
function atExit(keep, isCarriedOut) {
  process.once('exit', (code) => {
    if (code === 0 && isCarriedOut() && !process.argv.slice(3).some((word) => SAYS.test(word))) keep();
  });
}

async function run() {
  const [, , name = '', ...words] = process.argv;
  const script = Object.keys(SHORT).find((each) => SHORT[each].test(name));
  if (script !== undefined && !isHelp(script, words) && !isSeen()) {
    const source = shortScript(script);
    const facts = TOOL.test(name) ? factsOf(source, boardOf(words)) : undefined;
    const task = TASK.test(words[0] ?? '') ? `${name}-${words[0]}` : name;
    // On a board that is known less is called.
    const use = facts?.known === undefined ? task : `${task}-known`;
    let code;
    const keepAtExit = (keep) => {
      const keepAsUsual = () => {
        short.expectUsualRun();
        keep();
      };
      atExit(keepAsUsual, () => code !== undefined);
    };
    const short = load(source, use, keepAtExit, clock);
    code = await short.runShort(name, words, facts);
    if (code !== undefined) {
      // Nothing waits any more then, written output included. Node would take its heap apart yet, page by page.
      process.once('beforeExit', () => process.exit());
      return code;
    }
  }
  // Newer Nodes (22.8, 24, 26) keep the compiled modules in the user's temporary folder: a command starts in less time.
  require('node:module').enableCompileCache?.();
  const { main } = await import('../dist/src/cli/main.js');
  return main(process.argv);
}

const start = process.hrtime();

/** What is used of Node's `performance`, whose first use loads eleven modules: 3 ms in a guest. */
const clock = {
  now() {
    const [seconds, nanoseconds] = process.hrtime(start);
    return seconds * 1e3 + nanoseconds / 1e6;
  },
  /** Once asked, it stays: Unix time in ms at which `now` was 0. */
  get timeOrigin() {
    const value = Date.now() - clock.now();
    Object.defineProperty(clock, 'timeOrigin', { value });
    return value;
  },
};

// As Node does for a module that waits for what never comes.
const NEVER_CAME = 13;
const unsettled = () => {
  process.exitCode ??= NEVER_CAME;
};
process.once('beforeExit', unsettled);
run().then((code) => {
  process.off('beforeExit', unsettled);
  process.exitCode = code;
});

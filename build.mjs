// Compiles `src` and `hosts` into `dist`. Every door of a room is a file at its own path there; what lies behind the
// doors is put together under `dist/chunks` in few files, because most of a board's start is the loading of modules. The
// types beside them come from tsc.
//
// A program, not a configuration of rolldown's own: that prints every file, some two hundred lines at each `npm ci`.
import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { build } from 'rolldown';
import { parseAst } from 'rolldown/parseAst';
import { buildShort } from './build-short.mjs';

const DOORS =
  /^(src|hosts)\/[^/]+\/(index|core|blob|gpio|served|property|own-part|decode|vitest|authors)\.ts$/;

/** What a command, a thread, a child process or a hook of Node's runs first: `#built/…` in the sources. */
const PROGRAMS = [
  'hosts/link/serial-process.ts',
  'src/board/control/board-control.ts',
  'src/board/entries/drop-ins.ts',
  'src/board/entries/end-with-parent.ts',
  'src/board/entries/i2c-bus.ts',
  'src/board/entries/module-hook.ts',
  'src/board/models/worker.ts',
  'src/board/entries/onoff.ts',
  'src/board/entries/spi-device.ts',
  'src/board/open/attach.ts',
  'src/board/serve/expose-worker.ts',
  'src/cli/main.ts',
  'src/cli/watch/module-hook.ts',
  'src/cli/watch/thread.ts',
  'src/cli/watch/forward/thread.ts',
  'src/dev/cuse/wakeup-thread.ts',
  'src/dev/cuse/worker.ts',
  'src/dev/dropin/i2c-bus-entry.ts',
  'src/dev/dropin/onoff-entry.ts',
  'src/dev/dropin/resolve-hook.ts',
  'src/dev/dropin/spi-device-entry.ts',
  'src/frontend/gpio.ts',
  'src/monitor/save/worker.ts',
  'src/monitor/thread/worker.ts',
];

/** Modules behind a door that the tests' own programs drive by themselves. */
const TESTED_ALONE = [
  'src/dev/cuse/mailbox.ts',
  'src/transport/vhost-user/connection/connection.ts',
  'src/transport/vhost-user/messages/message.ts',
  'src/transport/vhost-user/messages/protocol.ts',
];

/** What a board loads at once, however many doors lead to it: a file each. */
const TOGETHER = [
  // Also what dtc and a board without a back-end of its own load: it must not bring the others.
  {
    name: 'tree',
    test: /\/src\/(parts\/(index|load|part-files|fields|opcodes)\.ts$|input\/|bus\/(process|words|i2c-target)|sim\/(wire\/)?property|devicetree\/(blob|blob\/blob-(format|reader)|text\/(budget|source)|diagnostics\/(diagnostic-|format-)\w+|tree\/(getters|live-\w+|tree))\.ts$)/,
  },
  {
    name: 'transfer',
    test: /\/src\/((bus|virtio|transport\/local)\/|transport\/core|frontend\/(?!gpio)|board\/(adapter-closed|assemble\/i2c-channels|board-error|thread\/(calls|protocol)|open\/tree-from-blob)|backend\/clients\/|faults\/|trace\/(?!decode))/,
  },
  {
    name: 'back-end',
    test: /\/src\/(sim\/(?!own|conformance|authors|kit\/picture)|backend\/|board\/assemble\/(?!replaying)|parts\/(general-call|busy|\w+\/(climate|dallas|eeprom|expander|memory-contents|one-alarm|shunt)))|\/hosts\/simulated\//,
  },
  { name: 'os', test: /\/src\/os\// },
  { name: 'language', test: /\/src\/devicetree\/core/ },
  {
    name: 'board',
    test: /\/src\/(board\/(index|control\/place|handles\/|known\/known-board|open\/(?!attach))|dev\/(core|fault-context|i2c-(dev|node|segments)|message-fields|node-registry|smbus-calls|spi-(dev|node|segments)|strerror)\.ts)/,
  },
  // What dtc and i2cget load: nothing of commander's.
  {
    name: 'terminal',
    test: /\/src\/cli\/(short\/end-without-output|terminal\/(?!help-format)|i2c-tools\/io|commands\/(tree-commands|tools)|board\/(board-choice|named-board|running-board|save-failure))/,
  },
  {
    name: 'program',
    test: /\/src\/cli\/(program|board\/board-options|commands\/(?!demo|run-script|tree-commands|tools))/,
  },
  { name: 'link', test: /\/hosts\/link\/(?!index|serial-process|serve-emulator)/ },
];

const files = ['src', 'hosts'].flatMap((folder) =>
  readdirSync(folder, { recursive: true }).map((file) => `${folder}/${file}`),
);
const entries = [...files.filter((file) => DOORS.test(file)), ...PROGRAMS, ...TESTED_ALONE];

/** Longer lists than this, in characters, have an element a line. */
const LONG_LIST = 300;

/**
 * A statement a line, so that lines are short: of an error that nobody catches Node prints the line where it was thrown,
 * whole.
 */
function inLines(code) {
  const starts = new Set();
  visit(parseAst(code));
  const places = [0, ...[...starts].filter((place) => place > 0).sort((a, b) => a - b), code.length];
  return places
    .slice(1)
    .map((end, index) => code.slice(places[index], end))
    .join('\n');

  function visit(node) {
    if (Array.isArray(node)) return node.forEach(visit);
    if (typeof node !== 'object' || node === null) return;
    for (const { start } of linesOf(node)) starts.add(start);
    Object.values(node).forEach(visit);
  }
}

/** The nodes below `node` that begin a line. */
function linesOf({ type, start, end, body, cases, elements, properties, specifiers, declaration }) {
  switch (type) {
    case 'Program':
    case 'BlockStatement':
    case 'ClassBody':
    case 'StaticBlock':
      return body;
    case 'SwitchStatement':
      return cases;
    case 'ArrayExpression':
    case 'ObjectExpression':
      return end - start > LONG_LIST ? (elements ?? properties).filter((each) => each !== null) : [];
    case 'ImportDeclaration':
      return end - start > LONG_LIST ? specifiers : [];
    case 'ExportNamedDeclaration':
      return declaration == null && end - start > LONG_LIST ? specifiers : [];
    default:
      return [];
  }
}

/** How all that runs in Node is put together. */
const settings = {
  platform: 'node',
  // A module that nothing is taken of need not be loaded.
  treeshake: { moduleSideEffects: false },
  // Node's own modules, the dependencies, and this package's `#built` files.
  external: /^[^./]/,
  output: {
    dir: 'dist',
    // Every start reads and compiles these files, some of them twice: comments stand in the types only, and code is
    // put shorter. Names stay, so that a stack trace can be read. No maps: they are not shipped, and vite reports a
    // map that is named and not there.
    comments: { jsdoc: false },
    minify: {
      compress: { sequences: false, joinVars: false, keepNames: { function: true, class: true } },
      mangle: false,
      codegen: { removeWhitespace: true },
    },
    codeSplitting: { groups: TOGETHER },
  },
};

await build({
  ...settings,
  input: Object.fromEntries(entries.map((file) => [file.replace(/\.ts$/, ''), file])),
  plugins: [
    {
      name: 'lines',
      generateBundle(_, files) {
        for (const file of Object.values(files)) if (file.type === 'chunk') file.code = inLines(file.code);
      },
    },
  ],
  output: {
    ...settings.output,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name].js',
  },
});

await buildShort({ ...settings, inLines });

/** The page of `dtbus monitor`: one program for browsers, with what it needs inside. */
const PAGE = 'src/monitor/page';

await build({
  input: `${PAGE}/main.tsx`,
  platform: 'browser',
  tsconfig: `${PAGE}/tsconfig.json`,
  output: { file: `dist/${PAGE}/page.js`, format: 'esm', minify: true },
});
mkdirSync(`dist/${PAGE}`, { recursive: true });
for (const name of ['index.html', 'page.css', 'icon.svg'])
  copyFileSync(`${PAGE}/${name}`, `dist/${PAGE}/${name}`);

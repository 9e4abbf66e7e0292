// Puts the commands that are over in a tenth of a second, and a back-end's thread, into scripts, `dist/short/*.cjs`.
// `bin/kept-code.cjs` keeps what V8 made of one, so that the next start neither reads nor compiles modules. What one file
// takes of another is read from its exports there at each use, which cost the thread a sixth of its speed: what it runs
// for each transfer is put together.
// Each source file is a function of its own there, called when something of it is used first: V8 looks into none that is not
// called, and keeps no code of it. What is private in the sources is not there: code that no compiler has seen takes twice as
// long to find a property by a name that is an object of its own.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, posix, relative } from 'node:path';
import { build } from 'rolldown';
import { parseAst } from 'rolldown/parseAst';
import { minifySync } from 'rolldown/utils';

/** What few calls use, whatever they are about. */
const REST = '-rest';

/** What is run through again and again, where files take much of each other, is together in one function: the language, say. */
const LANGUAGE = /^src\/devicetree\/(tokens|preprocess|syntax|text)\//;

/** What boards have of each kind of adapter, of parts that few have, and of models of the user's own, and the rest, in scripts beside. */
const OF_FEW_BOARDS = [
  [/^hosts\/(usb|pins|link)\/(?!recovering-session)|^src\/(machine|os|usb)\//, () => '-adapters'],
  [/^hosts\/(?!simulated\/|link\/)([^/]+)\//, (kind) => `-hosts-${kind}`],
  [/^src\/parts\/(sensors|clocks|gpio)\//, () => '-parts'],
  [/^src\/parts\/(?!memories\/spi-nor-instructions)([^/]+)\//, (kind) => `-parts-${kind}`],
  [/^src\/(board\/models|sim\/own)\//, () => '-models'],
  [/^src\/(formats|lab|recording|remote|replay|trace|transport\/vhost-user)\//, () => REST],
];

/**
 * What has a script of its own. What few calls of it use is in scripts beside, `…-rest.cjs` and others, each of which is read when one of
 * its files is run: of each kind of adapter, and of parts that few boards have. To find and read one takes as long as 100 kB more of
 * text.
 */
const SCRIPTS = {
  buses: {
    entry: 'src/cli/short/buses.ts',
    together: { language: LANGUAGE, virtio: /^src\/virtio\// },
    beside: [
      ...OF_FEW_BOARDS,
      [/^src\/(devicetree\/(again\/changed|fdt-tools|overlay|write)|cli\/dt-tools)/, () => '-trees'],
      // What a board whose tree was kept does without.
      [
        /^language|^src\/devicetree\/(?!host-files|tree\/(getters|kept-form|live-|readable))/,
        () => '-source',
      ],
    ],
  },
  trees: { entry: 'src/cli/short/trees.ts', together: { language: LANGUAGE }, beside: [] },
  thread: {
    entry: 'src/board/thread/worker.ts',
    together: {
      transfers:
        /^src\/(backend|board\/(assemble|thread\/(?!worker))|bus|faults|sim|transport\/(core|local)|virtio)\b|^hosts\/simulated\//,
    },
    beside: OF_FEW_BOARDS,
  },
};

/** Node's modules that are there at every start: to load them later gains nothing. */
const ALWAYS_THERE = ['fs', 'path', 'url'];

/** `let node_net=require("node:net");`: loaded when something of it is used. */
const NODE_MODULE = /(?<=\b(?:let|const) (node_\w+)=)require\("node:([\w/]+)"\)(?=;)(?!;\1=)/g;

/** `createRequire(import.meta.url)`: finds the same as that of the script that loads this one, and takes half as many modules again. */
const REQUIRE_FROM_HERE = '(0,node_module.createRequire)(require("url").pathToFileURL(__filename).href)';
/** The package's own names, and what they are to it: its folder is a package without names. */
const OWN_NAMES = {
  '`#built/': '`../dist/',
  '`#thread`': '`./thread.cjs`',
  '`dtbus/package.json`': '`../package.json`',
};
const OWN_NAME = new RegExp(Object.keys(OWN_NAMES).join('|'), 'g');

/** Keeps its private names, as what few calls use does. */
const HIDDEN = /^(hosts\/(?!simulated\/|link\/recovering-session)|src\/(machine|os|usb)\/)/;

/** The end of the name of the script that a file is put into. */
function endOf(fileName, beside) {
  for (const [files, end] of beside) {
    const found = files.exec(fileName);
    if (found !== null) return end(found[1]);
  }
  return '';
}

/**
 * What the files of the script find each other by, and Node's modules. What a file exports is an object whose prototype runs
 * the file: at the first look at what is not there yet. `beside` has the number of the first file of each script beside, and the end of
 * its name.
 */
const linkerOf = (beside) => `const loaded=[];
const own=id=>typeof id==="number"?loaded[id]??={__proto__:unread,id}:require(id);
const unread=new Proxy({__proto__:null},{get:(_,name,exports)=>{
const{id}=exports;
Object.setPrototypeOf(exports,null);
(files[id]??fromBeside(id))(exports,own);
return exports[name]}});
own.late=id=>new Proxy({},{get:(_,name)=>require(id)[name]});
own.module=importModule;
own.plain=require;
const beside=${JSON.stringify(beside)};
const fromBeside=id=>{
const[first,end]=beside.findLast(([first])=>first<=id);
load(end).forEach((file,at)=>files[first+at]=file);
return files[id]};`;

/** @param settings of rolldown, as for the modules; `inLines` puts a statement on a line */
export async function buildShort(settings) {
  for (const [name, script] of Object.entries(SCRIPTS)) await buildScript(name, script, settings);
}

async function buildScript(name, { entry, together, beside: rules }, { inLines, ...settings }) {
  const { output } = await build({
    ...settings,
    input: { entry },
    preserveEntrySignatures: 'allow-extension',
    write: false,
    output: {
      ...settings.output,
      format: 'cjs',
      entryFileNames: '[name].cjs',
      chunkFileNames: '[name].cjs',
      codeSplitting: {
        includeDependenciesRecursively: false,
        groups: [{ debugName: 'file', name: (id) => nameOf(id, together) }],
      },
    },
  });
  const scripts = new Map([['', []]]);
  for (const file of output) {
    const end = endOf(file.fileName, rules);
    if (!scripts.has(end)) scripts.set(end, []);
    scripts.get(end).push(file);
  }
  const ids = new Map([...scripts.values()].flat().map(({ fileName }, id) => [fileName, id]));
  const opened = (file) => (endOf(file.fileName, rules) === REST ? file.code : withoutPrivate(file));
  const listOf = (files) =>
    `[${files.map((file) => functionOf({ ...file, code: opened(file) }, ids, inLines)).join(',\n')}]`;
  const write = (end, body) =>
    writeFileSync(
      join(folder, `${name}${end}.cjs`),
      inAscii(`(function(require,__filename,importModule,load,performance){"use strict";\n${body}\n})`),
    );
  const folder = join(settings.output.dir, 'short');
  mkdirSync(folder, { recursive: true });
  const [[, often], ...beside] = scripts;
  const linker = linkerOf(beside.map(([end, [first]]) => [ids.get(first.fileName), end]));
  write('', `const files=${listOf(often)};\n${linker}\nreturn own(${ids.get('entry.cjs')})`);
  for (const [end, files] of beside) write(end, `return${listOf(files)}`);
}

/** A file of the build as a function that is given its exports, and what finds others. */
function functionOf({ fileName, code }, ids, inLines) {
  const late = withoutImports(linked(withValues(code), fileName, ids))
    .replaceAll(REQUIRE_FROM_HERE, '(require.plain)')
    .replace(OWN_NAME, (name) => OWN_NAMES[name])
    .replace(NODE_MODULE, (whole, _, id) =>
      ALWAYS_THERE.includes(id) ? whole : `require.late("node:${id}")`,
    );
  return `function(exports,require){\n${inLines(withShortNames(late))}\n}`;
}

/** With short names for what is local but for functions and classes, which stacks of errors and messages name. */
function withShortNames(code) {
  const { code: short, errors } = minifySync('file.js', code, {
    module: false,
    compress: false,
    mangle: { toplevel: true, keepNames: { function: true, class: true } },
    codegen: { removeWhitespace: true },
  });
  if (errors.length > 0) throw new Error(errors[0].message);
  return short;
}

/** The file that a module is put into. */
function nameOf(id, together) {
  const path = relative(import.meta.dirname, id).replaceAll('\\', '/');
  const name = Object.keys(together).find((each) => together[each].test(path));
  return path.startsWith('..') ? undefined : (name ?? path.replace(/\.\w+$/, ''));
}

/** `require("../bus/words.cjs")`, and the same alone: for what a file does when it is run, which none of ours needs. */
const LOCAL = /(?<![\w$])require\("(\.[^"]+\.cjs)"\)/g;
const LOCAL_ALONE = /(?<=^|[;}\n])require\("\.[^"]+\.cjs"\);/g;

/** With numbers for the other files of the script. */
function linked(code, fileName, ids) {
  return code.replace(LOCAL_ALONE, '').replace(LOCAL, (_, path) => {
    const id = ids.get(posix.join(posix.dirname(fileName), path));
    if (id === undefined) throw new Error(`${fileName}: not found: ${path}`);
    return `require(${id})`;
  });
}

/** `Object.defineProperty(exports,"a",{enumerable:!0,get:function(){return loadTree}});` */
const EXPORT =
  /Object\.defineProperty\(exports,"(\w+)",\{enumerable:!0,get:function\(\)\{return ([\w$]+)\}\}\);?/g;

/** What a file has when it has run is what others take of it, without a call for each use; but for what it sets later. */
function withValues(code) {
  const set = new Set();
  for (const { type, left, argument } of nodesIn(parseAst(code)))
    if (type === 'AssignmentExpression' || type === 'UpdateExpression')
      for (const node of nodesIn(left ?? argument)) if (node.type === 'Identifier') set.add(node.name);
  return code.replace(EXPORT, (whole, name, value) => (set.has(value) ? whole : `exports.${name}=${value};`));
}

/** `node` and all below it. */
function nodesIn(node) {
  if (typeof node !== 'object' || node === null) return [];
  return [node, ...Object.values(node).flatMap(nodesIn)];
}

/** Those of Node whose properties are all named by letters. */
const GLOBAL_BASES = ['Error', 'TypeError', 'RangeError'];

/** With `$name` for `#name`: a name that no class has from another, as none of such a file has one of ours as its base. */
function withoutPrivate({ code, fileName }) {
  if (HIDDEN.test(fileName)) return code;
  const names = [];
  const isPrivate = ({ type }) => type === 'PrivateIdentifier';
  const isOdd = ({ type, operator, left, name, superClass, body }) =>
    (operator === 'in' && isPrivate(left)) ||
    (type === 'Identifier' && name.startsWith('$')) ||
    (superClass != null && !GLOBAL_BASES.includes(superClass.name) && nodesIn(body).some(isPrivate));
  for (const node of nodesIn(parseAst(code))) {
    if (isOdd(node)) throw new Error(`${fileName}: cannot do without private names`);
    if (isPrivate(node)) names.push(node);
  }
  // `async#close(){}` needs a space then.
  const before = (start) => code.slice(0, start).replace(/(?<=\w)$/, ' ');
  return names
    .sort((a, b) => b.start - a.start)
    .reduce((text, { start }) => `${before(start)}$${text.slice(start + 1)}`, code);
}

/** A script whose code was kept has no `import()` (Node 20: "A dynamic import callback was not specified."). */
function withoutImports(code) {
  const places = [];
  for (const { type, start } of nodesIn(parseAst(code))) if (type === 'ImportExpression') places.push(start);
  return places
    .sort((a, b) => b - a)
    .reduce((text, at) => `${text.slice(0, at)}require.module${text.slice(at + 'import'.length)}`, code);
}

/** With one byte a character V8 takes the text as it was read. */
const inAscii = (text) =>
  text.replace(/[^\0-\x7f]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);

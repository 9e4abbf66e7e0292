// Puts the commands that are over in a tenth of a second into scripts, `dist/short/*.cjs`. `bin/cached-script.js` keeps
// what V8 made of one, so that the next start neither reads nor compiles modules. Not for what runs long: what one file
// takes of another is read from its exports there at each use, which cost a back-end's thread a sixth of its speed.
// Each file of the build is a function of its own there: V8 looks into none that is not called.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'rolldown';
import { parseAst } from 'rolldown/parseAst';

/** What has a script of its own. */
const SCRIPTS = {
  buses: 'src/cli/short/buses.ts',
  trees: 'src/cli/short/trees.ts',
};

/** Node's modules that are there at every start: to load them later gains nothing. */
const ALWAYS_THERE = ['fs', 'module', 'path', 'url'];

/** `let node_net=require("node:net");`: loaded when something of it is used. */
const NODE_MODULE = /(?<=\b(?:let|const) (node_\w+)=)require\("node:([\w/]+)"\)(?=;)(?!;\1=)/g;

/** What the files of the script find each other by, and Node's modules. */
const LINKER = `const loaded={__proto__:null};
const own=id=>{
if(!Object.hasOwn(files,id))return require(id);
if(loaded[id]===undefined){
const module=loaded[id]={exports:{}};
files[id](module.exports,own,module)}
return loaded[id].exports};
own.late=id=>new Proxy({},{get:(_,name)=>require(id)[name]});
own.module=importModule;
return own("./entry.cjs")`;

/** @param settings of rolldown, as for the modules; `inLines` puts a statement on a line */
export async function buildShort(settings) {
  for (const [name, entry] of Object.entries(SCRIPTS)) await buildScript(name, entry, settings);
}

async function buildScript(name, entry, { inLines, ...settings }) {
  const { output } = await build({
    ...settings,
    input: { entry },
    write: false,
    output: {
      ...settings.output,
      format: 'cjs',
      entryFileNames: '[name].cjs',
      chunkFileNames: '[name].cjs',
    },
  });
  const files = output.map(({ fileName, code }) => {
    const late = withoutImports(inLines(withValues(code))).replace(NODE_MODULE, (whole, _, id) =>
      ALWAYS_THERE.includes(id) ? whole : `require.late("node:${id}")`,
    );
    return `${JSON.stringify(`./${fileName}`)}:function(exports,require,module){\n${late}\n}`;
  });
  const script = `(function(require,__filename,importModule){"use strict";\nconst files={${files.join(',\n')}};\n${LINKER}\n})`;
  const folder = join(settings.output.dir, 'short');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.cjs`), inAscii(script));
}

/** `Object.defineProperty(exports,"a",{enumerable:!0,get:function(){return loadTree}});` */
const EXPORT =
  /Object\.defineProperty\(exports,"(\w+)",\{enumerable:!0,get:function\(\)\{return ([\w$]+)\}\}\);?/g;

/** What a file has when it has run is what others take of it, without a call for each use; but for what it sets later. */
function withValues(code) {
  const set = new Set();
  visit(parseAst(code));
  return code.replace(EXPORT, (whole, name, value) => (set.has(value) ? whole : `exports.${name}=${value};`));

  function visit(node) {
    if (typeof node !== 'object' || node === null) return;
    if (node.type === 'AssignmentExpression' || node.type === 'UpdateExpression')
      for (const name of namesIn(node.left ?? node.argument)) set.add(name);
    Object.values(node).forEach(visit);
  }
}

/** The names below a node. */
function namesIn(node) {
  if (typeof node !== 'object' || node === null) return [];
  return node.type === 'Identifier' ? [node.name] : Object.values(node).flatMap(namesIn);
}

/** A script whose code was kept has no `import()` (Node 20: "A dynamic import callback was not specified."). */
function withoutImports(code) {
  const places = [];
  visit(parseAst(code));
  return places
    .sort((a, b) => b - a)
    .reduce((text, at) => `${text.slice(0, at)}require.module${text.slice(at + 'import'.length)}`, code);

  function visit(node) {
    if (typeof node !== 'object' || node === null) return;
    if (node.type === 'ImportExpression') places.push(node.start);
    Object.values(node).forEach(visit);
  }
}

/** With one byte a character V8 takes the text as it was read. */
const inAscii = (text) =>
  text.replace(/[^\0-\x7f]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);

/**
 * Makes the linter's import table from the README's table of rooms: what a room may import, and by which doors.
 * `node test/support/rooms.mjs` writes `test/support/rooms.biome.json`, which `biome.json` extends; a test says when
 * it is out of date. A row in the README is all that a new room needs.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const TABLE = 'test/support/rooms.biome.json';
export const COMMAND = 'node test/support/rooms.mjs';

/** @typedef {{ name: string, doors: string[], imports: string[] }} Room */

/** The rooms of the README's table: the name is a folder of `src`, or `hosts/*`. @returns {Room[]} */
export function roomsOf(readme) {
  const rows = [...readme.matchAll(/^\| (`.*)\|.*\|(.*)\|(.*)\|$/gm)];
  const words = (cell) =>
    cell
      .replaceAll('`', '')
      .split(',')
      .map((word) => word.trim());
  const names = rows.map(([, name]) => words(name)[0]);
  return rows.map(([, , doors, imports], index) => {
    const name = names[index];
    return { name, doors: words(doors), imports: importsOf(name, words(imports), names) };
  });
}

/** `nothing`, names of rooms, or `all but` some. */
function importsOf(name, said, names) {
  if (said[0] === 'nothing') return [];
  const [, but] = /^all but (.+)$/.exec(said.join(', ')) ?? [];
  const left = but?.split(/, | and /);
  const imports = left === undefined ? said : names.filter((each) => each !== name && !left.includes(each));
  const unknown = imports.find((each) => !names.includes(each));
  if (unknown !== undefined) throw new Error(`README: ${name} imports ${unknown}, which has no row`);
  return imports;
}

/**
 * One override for each depth of each room, since only the depth tells what leads out of a room: that is forbidden
 * but for the doors of the rooms that it may import. Folders of `hosts/` open each other's doors.
 * @param {Room[]} rooms @param {string[]} files source files, as paths from the root with `/`
 */
export function tableOf(rooms, files) {
  return { overrides: rooms.flatMap((room) => overridesOf(room, rooms, files)) };
}

function overridesOf(room, rooms, files) {
  const folder = folderOf(room);
  const [area, name] = folder.split('/');
  const inside = files
    .map((file) => file.split('/'))
    .filter((at) => at[0] === area && (name === '*' || at[1] === name));
  const depths = [...new Set(inside.map((at) => at.length - 2))].sort();
  return depths.map((depth) => ({
    includes: [`${folder}/${'*/'.repeat(depth - 1)}*`],
    linter: { rules: { style: { noRestrictedImports: restriction(room, rooms, '../'.repeat(depth)) } } },
  }));
}

/** @param up leads from a file to the folder that its room lies in */
function restriction(room, rooms, up) {
  const area = (path) => path.split('/')[0];
  const opened = [room, ...rooms.filter(({ name }) => room.imports.includes(name))].flatMap((other) => {
    const folder = folderOf(other);
    if (other === room && !folder.endsWith('*')) return [];
    const path =
      area(folder) === area(folderOf(room)) ? folder.slice(area(folder).length + 1) : `../${folder}`;
    return other.doors.map((door) => `!${up}${path}/${door}.ts`);
  });
  const may = room.imports.length === 0 ? 'no other room' : `the doors of ${room.imports.join(', ')}`;
  const message = `${room.name} may import ${may}: see Rooms in the README.`;
  return { level: 'error', options: { patterns: [{ group: [`${up}**`, ...opened], message }] } };
}

const folderOf = ({ name }) => (name.startsWith('hosts/') ? name : `src/${name}`);

/** The table that the README and the folders of this moment make. @throws {Error} a folder of `src` without a row */
export function currentTable() {
  const files = ['src', 'hosts'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true }).map(
      (file) => `${folder}/${file.replaceAll(sep, '/')}`,
    ),
  );
  const rooms = roomsOf(readFileSync(join(ROOT, 'README.md'), 'utf8'));
  const stray = readdirSync(join(ROOT, 'src')).find((folder) => !rooms.some(({ name }) => name === folder));
  if (stray !== undefined) throw new Error(`README: the table of rooms has no row for src/${stray}`);
  return tableOf(
    rooms,
    files.filter((file) => file.endsWith('.ts')),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(join(ROOT, TABLE), `${JSON.stringify(currentTable(), null, 2)}\n`);
  execFileSync('npx', ['biome', 'format', '--write', TABLE], { cwd: ROOT, stdio: 'inherit' });
}

'use strict';

// Loads a script of `dist/short` with the code that V8 made of it the last time, functions that were called later included. Node
// has such a cache from 22.8 on: of modules as they were after their first load, by whichever program that was.

const fs = require('node:fs');
const { tmpdir } = require('node:os');
const { dirname } = require('node:path');

/** V8 copies code that does not begin at such a place. */
const ALIGNMENT = 8;
/** Where the code begins, behind what it was made of and a zero. */
const codeBehind = (stamp) => Math.ceil((stamp.length + 1) / ALIGNMENT) * ALIGNMENT;

const KEPT_MS = 30 * 24 * 3_600_000;

/**
 * Runs the function that a script is. @param use who loads it: each has a cache of its own, of the functions that it calls
 * @param atEnd is given what keeps the code, to be called when all that a start needs was called
 * @param clock Node's `performance`, or what stands in its place
 * @returns what the function returns. It is given what finds modules, its path, `import`, what loads a script beside it, by
 * what follows its name there, and the clock
 */
function load(source, use, atEnd, clock) {
  const { file, text } = source;
  const place = isWanted() ? placeOf(source, use) : undefined;
  const cachedData = place && readAt(place);
  // Most commands need none of this module.
  const { Script } = require('node:vm');
  const script = new Script(text, { filename: file, cachedData });
  if (place !== undefined && (cachedData === undefined || script.cachedDataRejected))
    atEnd(() => keep(place, () => script.createCachedData()));
  const beside = (end) => load(sourceAt(file.replace(/(?=\.cjs$)/, end)), use + end, atEnd, clock);
  return script.runInThisContext()(require, file, (specifier) => import(specifier), beside, clock);
}

/**
 * What files are read into, one after the other: what is new to a process comes page by page, each by a fault, which takes longer
 * than to read it.
 */
let room;
/** More than most are: what nothing was read into takes no page. */
const USUAL_ROOM = 1 << 20;

/** So many bytes of a file. Those that were read before are no more. */
function readFrom(file, length) {
  if (room === undefined || room.length < length) room = Buffer.allocUnsafeSlow(Math.max(length, USUAL_ROOM));
  return room.subarray(0, readInto(file, room.subarray(0, length)));
}

/** @returns how many bytes were read: fewer than there is room for at the end of the file */
function readInto(file, bytes) {
  let at = 0;
  for (let read = 1; read > 0 && at < bytes.length; at += read)
    read = fs.readSync(file, bytes, at, bytes.length - at);
  return at;
}

const shortScript = (name) => sourceAt(`${dirname(__dirname)}/dist/short/${name}.cjs`);

/** A script that is ours: `stamp`, in ASCII, is another when it was changed. */
function sourceAt(file) {
  const opened = fs.openSync(file);
  try {
    const { dev, ino, size, mtimeMs, ctimeMs } = fs.fstatSync(opened);
    const parts = [
      encodeURI(file.toWellFormed()),
      dev,
      ino,
      size,
      mtimeMs,
      ctimeMs,
      process.version,
      process.arch,
    ];
    return { file, text: readFrom(opened, size).latin1Slice(), stamp: parts.join(' ') };
  } finally {
    fs.closeSync(opened);
  }
}

/** Names of facts: two that have the same one take turns. */
const FACTS = 256;

/**
 * What is known of the subject `about`, as long as the script is as it is now. @returns undefined where nothing is to be kept;
 * `known`: what was noted last of this subject, or of another with the same name
 */
function factsOf(source, about) {
  if (!isWanted()) return undefined;
  const place = placeOf(source, `fact-${hashOf(about) % FACTS}`);
  return { known: readAt(place)?.utf8Slice(), note: (text) => keep(place, () => Buffer.from(text)) };
}

/** Node's own variable for its own cache. Where calls are counted, all is compiled anew. */
const isWanted = () => {
  const { NODE_DISABLE_COMPILE_CACHE, NODE_V8_COVERAGE } = process.env;
  return !NODE_DISABLE_COMPILE_CACHE && !NODE_V8_COVERAGE;
};

/** -1 where users have no number; their temporary folder is their own there. */
const uid = process.getuid?.() ?? -1;

/** Where something is kept, and the stamp of the script that it is of. */
function placeOf({ file, stamp }, use) {
  const folder = `${process.env.NODE_COMPILE_CACHE || tmpdir()}/dtbus-code-${uid}`;
  const name = `${use}-${process.version}-${process.arch}-${hashOf(file).toString(16)}`;
  return { path: `${folder}/${name}`, stamp };
}

/** FNV-1a of 32 bits, by which the files of several checkouts differ. */
function hashOf(text) {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}

/** No link is followed, and no pipe waited for. */
const HOW_TO_READ = fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0) | (fs.constants.O_NONBLOCK ?? 0);

/**
 * What is kept there; undefined where there is nothing of this script, whole, and this user's alone. It is no more when another file is
 * read.
 */
function readAt({ path, stamp }) {
  let file;
  try {
    if (!isOurs(fs.lstatSync(dirname(path)))) return undefined;
    file = fs.openSync(path, HOW_TO_READ);
    const stats = fs.fstatSync(file);
    if (!stats.isFile() || !isOurs(stats)) return undefined;
    const bytes = onceOf(file, stats.size);
    if (bytes === undefined) return undefined;
    if (bytes.latin1Slice(0, stamp.length) !== stamp || bytes[stamp.length] !== 0) return undefined;
    return bytes.subarray(codeBehind(stamp));
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) fs.closeSync(file);
  }
}

/** Bytes that are compared at a time. */
const PART = 1 << 16;

/**
 * What stands twice in a file; undefined where the two differ. V8 trusts what it is given, and crashes of what is damaged. To
 * compare takes less than a sum: Node's modules with one bring its streams, which take 2 ms to load.
 */
function onceOf(file, size) {
  const length = size >> 1;
  const first = readFrom(file, length);
  if (first.length < length || length === 0) return undefined;
  const again = Buffer.allocUnsafeSlow(Math.min(PART, length));
  for (let at = 0; at < length; at += again.length) {
    const part = again.subarray(0, length - at);
    if (readInto(file, part) < part.length || !first.subarray(at, at + part.length).equals(part))
      return undefined;
  }
  return first;
}

/** Who can write here can have us run what he likes. */
const isOurs = ({ uid: owner, mode }) => uid === -1 || (owner === uid && (mode & 0o077) === 0);

/** Keeps what `make` gives, as what V8 has made of the script by now. A command that cannot has done its work all the same. */
function keep({ path, stamp }, make) {
  // Of each thread, too.
  const own = `${path}-${process.pid}-${process.hrtime().join('')}`;
  try {
    const folder = dirname(path);
    // Node makes the one that its variable names, too.
    if (process.env.NODE_COMPILE_CACHE) makeFolder(dirname(folder), 0o777);
    makeFolder(folder, 0o700);
    if (!isOurs(fs.lstatSync(folder))) return;
    writeNew(own, () => {
      const bytes = Buffer.concat([Buffer.alloc(codeBehind(stamp)), make()]);
      bytes.write(stamp);
      return Buffer.concat([bytes, bytes]);
    });
    fs.renameSync(own, path);
    removeOld(folder);
  } catch {
    takeAway(own);
  }
}

/** What cannot be written is not made either: to make it takes longest. */
function writeNew(path, make) {
  const file = fs.openSync(path, 'wx', 0o600);
  try {
    fs.writeFileSync(file, make());
  } finally {
    fs.closeSync(file);
  }
}

/** Makes a folder in one that is there. Node's `recursive` does not always end. */
function makeFolder(folder, mode) {
  try {
    fs.mkdirSync(folder, { mode });
  } catch (error) {
    if (error.code !== 'EEXIST' && !fs.existsSync(folder)) throw error;
  }
}

function takeAway(path) {
  try {
    fs.unlinkSync(path);
  } catch {
    // It may not be there, or not be to be reached.
  }
}

/** Takes away what was kept long ago: of scripts that are gone, mostly. Of one that is not it is written anew. */
function removeOld(folder) {
  for (const name of fs.readdirSync(folder)) {
    const path = `${folder}/${name}`;
    if (fs.lstatSync(path).mtimeMs < Date.now() - KEPT_MS) takeAway(path);
  }
}

module.exports = { factsOf, load, shortScript };

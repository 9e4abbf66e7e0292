import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { joinPath, type ReadFile } from '../text/files.ts';
import { latin1 } from '../text/source.ts';
import { cellAt } from '../tree/getters.ts';
import { LiveNode } from '../tree/live-node.ts';
import { LiveTree } from '../tree/live-tree.ts';
import { MAX_DEPTH } from './blob-reader.ts';

export interface DirectoryEntry {
  readonly name: string;
  /** What a link leads to, for a link. */
  readonly kind: 'file' | 'directory' | 'other';
}

export interface DirectoryReader {
  readonly readFile: ReadFile;
  /** Entries of the directory, without `.` and `..`; undefined where it cannot be read. */
  readonly list: (path: string) => readonly DirectoryEntry[] | undefined;
}

/**
 * Reads a tree that is laid out as a directory, as Linux shows its own under `/proc/device-tree`: nodes are
 * directories, properties are files.
 */
export function readDirectory(
  path: string,
  reader: DirectoryReader,
): { readonly tree: LiveTree | undefined; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const say = (severity: 'error' | 'warning', message: string): void => {
    const nothing = {
      hint: undefined,
      span: undefined,
      excerpt: undefined,
      node: undefined,
      property: undefined,
    };
    diagnostics.push({ severity, code: 'directory', message, notes: [], ...nothing });
  };
  const tree = new LiveTree();
  const pending: { readonly node: LiveNode; readonly path: string; readonly depth: number }[] = [
    { node: tree.root, path, depth: 0 },
  ];
  for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
    const { node, depth } = directory;
    const entries = reader.list(directory.path);
    if (entries === undefined) {
      say('error', `Couldn't read the directory "${directory.path}"`);
      return { tree: undefined, diagnostics };
    }
    if (depth >= MAX_DEPTH) {
      say(
        'error',
        `directories are nested more than ${MAX_DEPTH} deep; check for a link to a parent directory`,
      );
      return { tree: undefined, diagnostics };
    }
    for (const { name, kind } of entries) {
      const below = joinPath(directory.path, name);
      const treeName = latin1(new TextEncoder().encode(name));
      if (kind === 'directory') {
        const child = new LiveNode(tree, treeName);
        node.addSubnode(child);
        pending.push({ node: child, path: below, depth: depth + 1 });
      } else if (kind === 'file') {
        const value = reader.readFile(below);
        if (value === undefined) say('warning', `Cannot read ${below}; the property is left out`);
        else node.setProperty(treeName, value);
      }
    }
  }
  tree.bootCpu = firstCpu(tree);
  return { tree, diagnostics };
}

/** `reg` of the first CPU, which is the one that a tree without a header most likely boots. */
function firstCpu(tree: LiveTree): number {
  const reg = tree.root.subnode('cpus')?.subnodes[0]?.property('reg');
  return reg?.length === 4 ? cellAt(reg.value, 0) : 0;
}

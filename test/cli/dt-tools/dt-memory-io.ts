import type { DirectoryEntry, DtIo } from '../../../src/cli/dt-tools/dt-io.ts';

/** Files and streams in memory, for commands under test. */
export class DtMemoryIo implements DtIo {
  readonly files = new Map<string, Uint8Array>();
  output = '';
  errors = '';

  /** Files by path; text is stored as Latin-1. A path that ends in `/` is an empty directory. */
  constructor(files: Readonly<Record<string, string | Uint8Array>> = {}) {
    for (const [path, content] of Object.entries(files))
      this.files.set(path, typeof content === 'string' ? Buffer.from(content, 'latin1') : content);
  }

  readonly exists = (path: string): boolean => this.files.has(path);

  readonly readFile = (path: string): Uint8Array => {
    const bytes = this.files.get(path);
    if (bytes === undefined) throw fault('ENOENT: no such file or directory', path);
    return bytes;
  };

  readonly writeFile = (path: string, bytes: Uint8Array): void => {
    if (path.startsWith('/read-only/')) throw fault('EROFS: read-only file system', path);
    if (path === '-') this.stdout.write(bytes);
    else this.files.set(path, bytes);
  };

  readonly list = (path: string): readonly DirectoryEntry[] | undefined => {
    if (this.files.has(path)) return undefined;
    const below = [...this.files.keys()].filter((file) => file.startsWith(`${path}/`));
    if (below.length === 0) throw fault('ENOENT: no such file or directory', path);
    const kinds = new Map<string, DirectoryEntry['kind']>();
    for (const file of below) {
      const [name = '', ...rest] = file.slice(path.length + 1).split('/');
      if (name !== '') kinds.set(name, rest.length > 0 ? 'directory' : 'file');
    }
    return [...kinds].map(([name, kind]) => ({ name, kind }));
  };

  readonly stdout = {
    write: (chunk: string | Uint8Array) => {
      this.output += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('latin1');
    },
  };

  readonly stderr = {
    write: (chunk: string | Uint8Array) => {
      this.errors += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('latin1');
    },
  };

  /** A file's content as Latin-1. */
  text(path: string): string {
    return Buffer.from(this.readFile(path)).toString('latin1');
  }
}

function fault(message: string, path: string): Error {
  return new Error(`${message}, open '${path}'`);
}

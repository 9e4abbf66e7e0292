import { InputReader, type ToolIo } from '../../../src/cli/i2c-tools/io.ts';

/** The streams of a tool in memory. */
export function memoryIo(
  stdin: string | Uint8Array,
  signal?: AbortSignal,
): ToolIo & { out(): string; bytes(): Buffer; err(): string } {
  const written: Uint8Array[] = [];
  let errors = '';
  async function* chunks() {
    yield typeof stdin === 'string' ? new TextEncoder().encode(stdin) : stdin;
  }
  const reader = new InputReader(chunks());
  return {
    stdout: {
      write: (data) => written.push(typeof data === 'string' ? new TextEncoder().encode(data) : data.slice()),
    },
    stderr: {
      write: (data) => {
        errors += data;
      },
    },
    readLine: () => reader.readLine(),
    readBytes: (most) => reader.readBytes(most),
    signal,
    out: () => Buffer.concat(written).toString(),
    bytes: () => Buffer.concat(written),
    err: () => errors,
  };
}

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';

/** A folder of the test file's own. */
export interface TestFolder {
  path(name: string): string;
  write(name: string, contents: string | Uint8Array): string;
  read(name: string): Buffer;
}

export function testFolder(): TestFolder {
  let made: string | undefined;
  // At its first use, which may be before any hook is run.
  const path = (name: string): string => {
    made ??= mkdtempSync(join(tmpdir(), 'dtbus-cli-'));
    return join(made, name);
  };
  afterAll(() => {
    if (made !== undefined) rmSync(made, { recursive: true });
    made = undefined;
  });
  return {
    path,
    write: (name, contents) => {
      writeFileSync(path(name), contents);
      return path(name);
    },
    read: (name) => readFileSync(path(name)),
  };
}

/** A folder of the test file's own, in which running boards of this process leave their sockets. */
export function runtimeFolder(): TestFolder {
  const folder = testFolder();
  const before = process.env['XDG_RUNTIME_DIR'];
  beforeAll(() => {
    process.env['XDG_RUNTIME_DIR'] = folder.path('');
  });
  afterAll(() => {
    if (before === undefined) delete process.env['XDG_RUNTIME_DIR'];
    else process.env['XDG_RUNTIME_DIR'] = before;
  });
  return folder;
}

/** Bytes that neither a blank part nor a stuck line could pass for. */
export function noise(length: number, seed: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
}

/** A board with one simulated I2C bus (1) and one SPI bus (0). */
export function boardText(i2c: string, spi: string): string {
  const bus = (label: string, kind: string, children: string) =>
    `${label}: ${kind} { compatible = "platform,virtio-${kind}"; #address-cells = <1>; #size-cells = <0>; ${children} };`;
  return `/dts-v1/;
/ {
	aliases { i2c1 = &i2c_bus; spi0 = &spi_bus; };
	${bus('i2c_bus', 'i2c', i2c)}
	${bus('spi_bus', 'spi', spi)}
};
`;
}

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UML_KERNEL } from './boot.ts';

const config = join(dirname(UML_KERNEL), 'kernel.config');

describe('kernel.fragment, from which others build their guest', () => {
  it.skipIf(!existsSync(config))('asks for nothing that the tested kernel was not built with', () => {
    const built = new Set(readFileSync(config, 'utf8').split('\n'));
    const asked = readFileSync(new URL('kernel.fragment', import.meta.url), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('CONFIG_'));
    expect(asked.length).toBeGreaterThan(20);
    expect(asked.filter((line) => !built.has(line))).toEqual([]);
  });
});

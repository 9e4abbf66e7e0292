import { openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { OpenNode } from '../../../hosts/linux/open-node.ts';
import { pinned } from '../../../src/os/index.ts';

/** Of asm-generic/ioctls.h: bytes that are left to read. */
const FIONREAD = 0x541b;
const here = fileURLToPath(import.meta.url);

const elsewhere = vi.hoisted(() => ({ calls: 0 }));
vi.mock('../../../src/os/index.ts', async (original) => {
  const os = await original<typeof import('../../../src/os/index.ts')>();
  const ioctlAsync: typeof os.ioctlAsync = (...words) => {
    elsewhere.calls++;
    return os.ioctlAsync(...words);
  };
  return { ...os, ioctlAsync };
});

describe.skipIf(process.platform !== 'linux')('calls of the kernel that may take long', () => {
  /** ms that pass between two looks at the clock. */
  let step = 0;
  let node: OpenNode;

  beforeEach(() => {
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => {
      now += step;
      return now;
    });
    node = new OpenNode(openSync(here, 'r'));
  });
  afterEach(() => {
    node.close();
    vi.restoreAllMocks();
  });

  /** Where a call was made, which takes so many ms. */
  async function where(ms: number, isShort = true): Promise<'here' | 'in another thread'> {
    step = ms;
    const before = elsewhere.calls;
    const memory = pinned(8);
    await node.run(FIONREAD, memory, undefined, isShort);
    await node.idle(undefined);
    expect(memory.bytes.some((byte) => byte !== 0)).toBe(true);
    return elsewhere.calls === before ? 'here' : 'in another thread';
  }

  it('are made here where they are short, and the one before was quick', async () => {
    expect(await where(1)).toBe('in another thread');
    expect(await where(1)).toBe('here');
    expect(await where(1, false)).toBe('in another thread');
    expect(await where(1)).toBe('here');
  });

  it('go back to another thread behind one that took 2 ms', async () => {
    await where(1);
    expect(await where(2)).toBe('here');
    expect(await where(2)).toBe('in another thread');
    expect(await where(1)).toBe('in another thread');
    expect(await where(1)).toBe('here');
  });
});

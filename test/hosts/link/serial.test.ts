import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { LinkEvents } from '../../../hosts/link/index.ts';
import { portsThatExist, serialLink } from '../../../hosts/link/index.ts';
import { BusFault } from '../../../src/bus/index.ts';
import { openPty } from '../../../src/os/index.ts';

const cleanUps: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

function pty() {
  const made = openPty();
  cleanUps.push(() => made.close());
  return made;
}

/** Waits for events instead of taking them as they come. */
function listener() {
  let take: ((bytes: string) => void) | undefined;
  let lose: ((reason: string) => void) | undefined;
  const events: LinkEvents = {
    data: (bytes) => take?.(Buffer.from(bytes).toString()),
    lost: (reason) => lose?.(reason),
  };
  return {
    events,
    heard: new Promise<string>((resolve) => {
      take = resolve;
    }),
    lost: new Promise<string>((resolve) => {
      lose = resolve;
    }),
  };
}

async function open(path: string) {
  const { events, heard, lost } = listener();
  const link = await serialLink(path, 115_200)(events);
  cleanUps.push(() => link.close());
  return { link, heard, lost };
}

async function openFault(path: string): Promise<BusFault> {
  const fault = await serialLink(path, 115_200)(listener().events).catch((error: unknown) => error);
  if (fault instanceof BusFault) return fault;
  throw new Error(`${path} could be opened, or failed otherwise: ${fault}`);
}

describe('a serial port', () => {
  it('carries bytes both ways', async () => {
    const line = pty();
    const { link, heard } = await open(line.path);
    const seen = new Promise<string>((resolve) =>
      line.stream.once('data', (bytes) => resolve(String(bytes))),
    );
    link.write(Buffer.from('there'));
    expect(await seen).toBe('there');
    line.stream.write('back');
    expect(await heard).toBe('back');
    expect(link.name).toBe(line.path);
  });

  it('changes its speed', async () => {
    const { link } = await open(pty().path);
    await link.setBaudRate?.(1_000_000);
  });

  it('tells when it was unplugged', async () => {
    for (let i = 0; i < 5; i++) {
      const line = pty();
      const { lost } = await open(line.path);
      line.close();
      expect(await lost).toBeTruthy();
    }
  });

  it('tells nothing after it was closed, and may be closed twice', async () => {
    const line = pty();
    const { link, lost } = await open(line.path);
    await link.close();
    await link.close();
    link.write(Buffer.from('nobody hears this'));
    line.close();
    expect(await Promise.race([lost, Promise.resolve('silence')])).toBe('silence');
  });
});

describe('opening says in one sentence what to do about', () => {
  it('a port that is not there: which there are', async () => {
    const fault = await openFault('/dev/ttyUSB99');
    expect(fault.code).toBe('ENODEV');
    expect(fault.message).toMatch(
      /^ENODEV: not found: \/dev\/ttyUSB99; (available ports: |no serial adapter)/,
    );
  });

  it('a port that another program has', async () => {
    const line = pty();
    await open(line.path);
    const fault = await openFault(line.path);
    expect(fault.code).toBe('EBUSY');
    expect(fault.message).toBe(
      `EBUSY: ${line.path} is in use by process ${process.pid} (this one): close it`,
    );
  });

  it('a file that is no port', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'link-'));
    cleanUps.push(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'notes.txt');
    writeFileSync(file, 'no port');
    for (const path of [file, folder]) {
      const fault = await openFault(path);
      expect(fault.code).toBe('ENODEV');
      expect(fault.message).toContain(`${path} is not a serial port`);
    }
  });

  it('a link that leads nowhere', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'link-'));
    cleanUps.push(() => rmSync(folder, { recursive: true }));
    symlinkSync('/dev/pts/no-such', join(folder, 'port'));
    expect((await openFault(join(folder, 'port'))).code).toBe('ENODEV');
  });

  it('a port without permission: the group dialout', async () => {
    const line = pty();
    chmodSync(line.path, 0o000);
    const { geteuid, seteuid } = process;
    // Root may open everything: become nobody for a moment.
    const root = geteuid?.() === 0;
    if (root) seteuid?.(65_534);
    try {
      const fault = await openFault(line.path);
      expect(fault.code).toBe('EACCES');
      expect(fault.message).toContain('adduser $USER dialout');
    } finally {
      if (root) seteuid?.(0);
    }
  });
});

it('the ports that an adapter could be on are named, or that there are none', async () => {
  expect(await portsThatExist()).toMatch(/^(there (is|are): \/dev\/|no serial adapter is plugged in$)/);
});

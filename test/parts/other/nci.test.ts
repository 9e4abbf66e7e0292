import { describe, expect, it } from 'vitest';
import { i2cBench } from '../../sim/support.ts';

describe('NFC controller (NCI 1.0)', () => {
  const nfc = () => i2cBench({ compatible: 'nxp,nxp-nci-i2c', reg: 0x28 });
  type Bench = Awaited<ReturnType<typeof nfc>>;
  /** The header, then what it announces, as drivers read it. */
  function packet(bench: Bench): readonly number[] {
    const header = bench.read(3);
    return [...header, ...((header[2] as number) > 0 ? bench.read(header[2] as number) : [])];
  }
  function ask(bench: Bench, ...bytes: number[]): readonly number[] {
    bench.write(bytes);
    return packet(bench);
  }
  const SENT = [0x60, 0x06, 3, 1, 0, 1];

  it('4.1, 4.2: tells its version at a reset, and its interfaces when it is started; IRQ is high until that was read', async () => {
    const bench = await nfc();
    expect(bench.line('IRQ').high).toBe(false);
    bench.write([0x20, 0x00, 0x01, 0x01]);
    expect(bench.line('IRQ').high).toBe(true);
    expect(packet(bench)).toEqual([0x40, 0x00, 3, 0x00, 0x10, 0x01]);
    expect(bench.line('IRQ').high).toBe(false);
    const started = ask(bench, 0x20, 0x01, 0x00);
    expect(started.slice(0, 4)).toEqual([0x40, 0x01, 0x13, 0x00]);
    expect(started[17]).toBe(0x04);
  });

  it('5.2: finds a tag that comes, with its UID, and lets go of it', async () => {
    const bench = await nfc();
    expect(ask(bench, 0x21, 0x03, 0x03, 0x01, 0x00, 0x01)).toEqual([0x41, 0x03, 1, 0]);
    expect([bench.get('state'), bench.get('waiting')]).toEqual(['discovery', 0]);
    bench.set('tag', true);
    const found = packet(bench);
    expect(found.slice(0, 9)).toEqual([0x61, 0x05, 23, 1, 0x01, 0x02, 0x00, 0xff, 1]);
    expect(found.slice(10, 20)).toEqual([0x44, 0x00, 7, 0x04, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66]);
    expect(ask(bench, 0x21, 0x06, 0x01, 0x00)).toEqual([0x41, 0x06, 1, 0]);
    expect(packet(bench)).toEqual([0x61, 0x06, 2, 0, 0]);
    expect(bench.get('state')).toBe('idle');
  });

  it('8.2: carries frames to the tag, whose answers have a status behind them', async () => {
    const bench = await nfc();
    bench.set('tag', true);
    ask(bench, 0x21, 0x03, 0x03, 0x01, 0x00, 0x01);
    packet(bench);
    expect(ask(bench, 0x00, 0x00, 0x06, 0xa2, 4, 1, 2, 3, 4)).toEqual(SENT);
    expect(packet(bench)).toEqual([0x00, 0x00, 2, 0x0a, 0x00]);
    expect(ask(bench, 0x00, 0x00, 0x02, 0x30, 3)).toEqual(SENT);
    expect(packet(bench)).toEqual([0, 0, 17, 0xe1, 0x10, 0x06, 0, 1, 2, 3, 4, ...new Array(8).fill(0), 0]);
    expect((bench.get('memory') as Uint8Array).slice(16, 20)).toEqual(Uint8Array.of(1, 2, 3, 4));
    // The UID is read-only, and a tag that went away does not answer.
    expect(ask(bench, 0x00, 0x00, 0x06, 0xa2, 0, 1, 2, 3, 4)).toEqual(SENT);
    expect(packet(bench)).toEqual([0x60, 0x08, 2, 0xb2, 0]);
    bench.set('tag', false);
    expect(ask(bench, 0x00, 0x00, 0x02, 0x30, 0)).toEqual(SENT);
    expect(packet(bench)).toEqual([0x60, 0x08, 2, 0xb2, 0]);
  });

  it('refuses what it does not know, and what comes at the wrong time', async () => {
    const bench = await nfc();
    expect(ask(bench, 0x20, 0x3f, 0x00)).toEqual([0x40, 0x3f, 1, 0x05]);
    expect(ask(bench, 0x21, 0x06, 0x01, 0x00)).toEqual([0x41, 0x06, 1, 0x06]);
    expect(ask(bench, 0x2f, 0x02, 0x00)).toEqual([0x4f, 0x02, 1, 0x00]);
  });
});

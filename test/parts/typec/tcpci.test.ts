import { describe, expect, it } from 'vitest';
import { i2cBench } from '../../sim/support.ts';

const controller = (compatible = 'nxp,ptn5110') => i2cBench({ compatible, reg: 0x50 });
type Bench = Awaited<ReturnType<typeof controller>>;
const asserted = (bench: Bench) => !bench.line('ALERT').high;
const byte = (bench: Bench, at: number) => bench.writeRead([at], 1)[0];
/** As a driver begins: clears what power-on left, lets all alerts through, watches VBUS. */
async function started(compatible?: string): Promise<Bench> {
  const bench = await controller(compatible);
  bench.write([0x1f, 0x80]);
  bench.write([0x10, 0xff, 0xff]);
  bench.write([0x12, 0xff, 0x0f]);
  bench.write([0x23, 0x33]);
  bench.write([0x10, 0xff, 0xff]);
  return bench;
}
const alerts = (bench: Bench) => {
  const [low = 0, high = 0] = bench.writeRead([0x10], 2);
  bench.write([0x10, low, high]);
  return low | (high << 8);
};
/** Bits of ALERT. */
const [CC, POWER, RX, HARD, TX_FAILED, TX_OK, FAULT, OVERFLOW] = [1, 2, 4, 8, 0x10, 0x40, 0x200, 0x400];

describe('TCPCI 1.0', () => {
  it.each([
    ['nxp,ptn5110', [0xc9, 0x1f, 0x10, 0x51]],
    ['richtek,rt1711h', [0xcf, 0x29, 0x11, 0x17, 0x71, 0x21]],
    ['richtek,rt1715', [0xcf, 0x29, 0x11, 0x17, 0x73, 0x21]],
    ['etekmicro,et7304', [0xcf, 0x6d, 0x11, 0x17, 0x73, 0x21]],
    ['hynetek,husb311', [0x99, 0x2e, 0x11, 0x03]],
  ])('%s has its ids', async (compatible, ids) => {
    expect((await controller(compatible)).writeRead([0x00], ids.length)).toEqual(ids);
  });

  it('after power-on a fault says that all registers are new, until it is cleared', async () => {
    const bench = await controller();
    expect([byte(bench, 0x1f), alerts(bench) & FAULT, asserted(bench)]).toEqual([0x80, FAULT, true]);
    // The alert does not go while its cause is there.
    expect(alerts(bench)).toBe(FAULT);
    bench.write([0x1f, 0x80]);
    alerts(bench);
    expect([alerts(bench), asserted(bench)]).toEqual([0, false]);
  });

  it.each([
    ['Rp', 'open', 0x11],
    ['Rp 1.5 A', 'open', 0x12],
    ['open', 'Rp 3 A', 0x1c],
    ['Rp 3 A', 'Rp 3 A', 0x1f],
    ['Rd', 'Ra', 0x10],
  ])('a sink (Rd) at %s and %s has CC_STATUS %i', async (cc1, cc2, status) => {
    const bench = await started();
    bench.set('cc1', cc1);
    bench.set('cc2', cc2);
    expect(byte(bench, 0x1d)).toBe(status);
  });

  it('a source (Rp) sees Rd and Ra', async () => {
    const bench = await started();
    bench.write([0x1a, 0x05]);
    bench.set('cc1', 'Ra');
    bench.set('cc2', 'Rd');
    expect([byte(bench, 0x1d), bench.get('attached')]).toEqual([0x09, true]);
    bench.set('cc2', 'open');
    expect([byte(bench, 0x1d), bench.get('attached')]).toEqual([0x01, false]);
    expect(() => bench.set('cc1', 'Rq')).toThrow('expected open, Ra, Rd, Rp, Rp 1.5 A, Rp 3 A, got "Rq"');
    expect(() => bench.set('cc1', 'toString')).toThrow('got "toString"');
  });

  it('what comes to a CC pin or to VBUS is an alert, where the masks let it through', async () => {
    const bench = await started();
    bench.set('cc1', 'Rp 3 A');
    expect([asserted(bench), alerts(bench)]).toEqual([true, CC]);
    expect(asserted(bench)).toBe(false);
    bench.set('vbus', 5);
    expect([byte(bench, 0x1e), alerts(bench)]).toEqual([0x0c, POWER]);
    bench.write([0x14, 0x00]);
    bench.set('vbus', 0);
    expect([byte(bench, 0x1e), alerts(bench)]).toEqual([0x08, 0]);
    bench.write([0x12, 0xfe, 0x0f]);
    bench.set('cc1', 'open');
    expect(asserted(bench)).toBe(false);
    expect(alerts(bench)).toBe(CC);
  });

  it('Look4Connection toggles until somebody is there, and settles for the other role', async () => {
    const bench = await started();
    bench.write([0x1a, 0x4a]);
    bench.write([0x23, 0x99]);
    expect([byte(bench, 0x1d), alerts(bench)]).toEqual([0x20, CC]);
    bench.set('cc2', 'Rd');
    // It presents Rp, and sees Rd at CC2.
    expect([byte(bench, 0x1d), alerts(bench)]).toEqual([0x08, CC]);
    bench.set('cc2', 'open');
    bench.write([0x23, 0x99]);
    bench.set('cc1', 'Rp 1.5 A');
    expect(byte(bench, 0x1d)).toBe(0x12);
  });

  it('commands supply VBUS or draw from it, and one excludes the other', async () => {
    const bench = await started();
    bench.write([0x23, 0x77]);
    expect([byte(bench, 0x1e), bench.get('sourcing')]).toEqual([0x1c, true]);
    bench.write([0x23, 0x55]);
    expect([byte(bench, 0x1e), byte(bench, 0x1f)]).toEqual([0x1c, 0x01]);
    bench.write([0x23, 0x66]);
    bench.write([0x23, 0x55]);
    expect([byte(bench, 0x1e), bench.get('sinking')]).toEqual([0x09, true]);
    bench.write([0x23, 0x44]);
    bench.write([0x23, 0x22]);
    expect(byte(bench, 0x1e)).toBe(0x00);
    bench.write([0x1f, 0xff]);
    bench.write([0x23, 0x12]);
    expect(byte(bench, 0x1f)).toBe(0x01);
  });

  it('VBUS in steps of 25 mV with a factor, and alarms of it, once they are switched on', async () => {
    const bench = await started();
    bench.set('vbus', 9);
    expect(bench.writeRead([0x70], 2)).toEqual([0x00, 0x00]);
    bench.write([0x1c, 0x20]);
    expect(bench.writeRead([0x70], 2)).toEqual([0x68, 0x01]);
    // 15 V are 600, 20 V 800 steps; 25 V 1000.
    bench.write([0x76, 0x58, 0x02]);
    bench.write([0x1c, 0x00]);
    alerts(bench);
    bench.set('vbus', 20);
    expect([bench.writeRead([0x70], 2), alerts(bench)]).toEqual([[0x20, 0x03], 0x80]);
  });

  it('a message goes out to a partner that acknowledges it', async () => {
    const bench = await started();
    bench.write([0x51, 6, 0x42, 0x10, 0x2c, 0xb1, 0x04, 0x13]);
    bench.write([0x50, 0x30]);
    bench.clock.advance(4.3e6);
    // Nobody is there: four times 1.1 ms.
    expect(alerts(bench)).toBe(0);
    bench.clock.advance(0.2e6);
    expect(alerts(bench)).toBe(TX_FAILED);
    bench.set('cc1', 'Rp 3 A');
    alerts(bench);
    bench.write([0x50, 0x30]);
    bench.clock.advance(1e6);
    expect([asserted(bench), alerts(bench)]).toEqual([true, TX_OK]);
    expect(bench.get('sent')).toEqual(Uint8Array.of(0x42, 0x10, 0x2c, 0xb1, 0x04, 0x13));
    bench.set('partnerAnswers', false);
    bench.write([0x50, 0x00]);
    bench.clock.advance(1.1e6);
    expect(alerts(bench)).toBe(TX_FAILED);
  });

  it('a hard reset goes out whoever is there, and ends reception', async () => {
    const bench = await started();
    bench.write([0x2f, 0x21]);
    bench.write([0x50, 0x05]);
    bench.clock.advance(1e6);
    expect([alerts(bench), byte(bench, 0x2f), bench.get('sentHardResets')]).toEqual([
      TX_OK | TX_FAILED,
      0,
      1,
    ]);
  });

  it('a message comes in where it is listened for, and a second one before the first was taken is lost', async () => {
    const bench = await started();
    bench.set('cc1', 'Rp 3 A');
    alerts(bench);
    const capabilities = Uint8Array.of(0x61, 0x11, 0x2c, 0x91, 0x01, 0x0a);
    bench.set('received', capabilities);
    expect(alerts(bench)).toBe(0);
    bench.write([0x2f, 0x21]);
    bench.set('received', capabilities);
    expect(bench.writeRead([0x30], 8)).toEqual([7, 0, ...capabilities]);
    bench.set('received', Uint8Array.of(0x63, 0x03));
    expect([alerts(bench), bench.writeRead([0x30], 1)]).toEqual([RX | OVERFLOW, [7]]);
    bench.set('received', Uint8Array.of(0x63, 0x03));
    expect([alerts(bench), bench.writeRead([0x30], 4)]).toEqual([RX, [3, 0, 0x63, 0x03]]);
    bench.set('hardResets', 1);
    expect([alerts(bench), byte(bench, 0x2f)]).toEqual([HARD, 0]);
    expect(() => bench.set('received', Uint8Array.of(1, 2, 3))).toThrow(
      'expected 2 bytes and up to 7 objects',
    );
  });
});

import { describe, expect, it } from 'vitest';
import { command, hex, i2cTpm, spiTpm } from './bench.ts';

/** Registers by TCG PC Client Platform TPM Profile 1.05, table 16. */
const [ACCESS, INT_ENABLE, INT_STATUS, INTF, STS, FIFO, DID_VID, RID] = [
  0, 8, 0x10, 0x14, 0x18, 0x24, 0xf00, 0xf04,
];
const [REQUEST, ACTIVE, SEIZE] = [0x02, 0x20, 0x08];
const STARTUP = '8001 0000000c 00000144 0000';
const SELF_TEST = '8001 0000000b 00000143 01';
const SUCCESS = '80010000000a00000000';

describe.each([
  ['SPI', spiTpm],
  ['I2C', i2cTpm],
])('TIS over %s', (_bus, made) => {
  it('6.2: a locality is requested, given, waited for, seized and let go', async () => {
    const { port } = await made();
    expect(port.read(ACCESS, 1)).toEqual([0x81]);
    port.write(ACCESS, [REQUEST]);
    expect(port.read(ACCESS, 1)).toEqual([0xa1]);
    port.write(ACCESS, [REQUEST], 2);
    expect([port.read(ACCESS, 1), port.read(ACCESS, 1, 2)]).toEqual([[0xa5], [0x83]]);
    port.write(ACCESS, [SEIZE], 4);
    expect([port.read(ACCESS, 1), port.read(ACCESS, 1, 4)]).toEqual([[0x95], [0xa5]]);
    // A lower locality cannot seize it; who waits gets it.
    port.write(ACCESS, [SEIZE], 3);
    expect(port.read(ACCESS, 1, 3)).toEqual([0x85]);
    port.write(ACCESS, [ACTIVE], 4);
    expect([port.read(ACCESS, 1, 4), port.read(ACCESS, 1, 2)]).toEqual([[0x81], [0xa1]]);
    port.write(ACCESS, [0x10]);
    expect(port.read(ACCESS, 1)).toEqual([0x81]);
  });

  it('6.5.2: status, FIFO and commands are those of the active locality', async () => {
    const { port } = await made();
    expect([port.read(STS, 4), port.read(FIFO, 2)]).toEqual([
      [255, 255, 255, 255],
      [255, 255],
    ]);
    port.write(ACCESS, [REQUEST]);
    expect(port.read(STS, 4)).toEqual([0x84, 64, 0, 0x04]);
    port.write(STS, [0x40], 1);
    expect(port.read(STS, 1)).toEqual([0x84]);
    expect(command(port, STARTUP)).toBe(SUCCESS);
  });

  it('6.5.3: the burst count is what is left of a response, and 0 while a command is executed', async () => {
    const { port } = await made();
    port.write(ACCESS, [REQUEST]);
    port.write(STS, [0x40]);
    port.write(FIFO, hex(STARTUP));
    // What comes behind a whole command is not taken.
    port.write(FIFO, [0xaa]);
    port.set('executionTime', 20);
    port.write(STS, [0x20]);
    port.pass(19);
    expect(port.read(STS, 4)).toEqual([0x84, 0, 0, 4]);
    port.pass(2);
    expect(port.read(STS, 4)).toEqual([0x94, 10, 0, 4]);
    expect(port.read(FIFO, 4)).toEqual([0x80, 1, 0, 0]);
    expect(port.read(STS, 4)).toEqual([0x94, 6, 0, 4]);
    expect(port.read(FIFO, 8)).toEqual([0, 0x0a, 0, 0, 0, 0, 0xff, 0xff]);
    expect(port.read(STS, 4)).toEqual([0x84, 64, 0, 4]);
    // responseRetry: the response begins anew.
    port.write(STS, [0x02]);
    expect(port.read(FIFO, 2)).toEqual([0x80, 1]);
  });

  it('6.5.3.7: a command that runs is given up by commandReady', async () => {
    const { port } = await made();
    port.write(ACCESS, [REQUEST]);
    port.write(STS, [0x40]);
    port.write(FIFO, hex(STARTUP));
    port.write(STS, [0x20]);
    port.write(STS, [0x40]);
    port.pass(50);
    expect(port.read(STS, 1)).toEqual([0xc4]);
    expect(port.get('started')).toBe(false);
  });

  it('6.5.2.8: an interrupt comes where its event is enabled, and stays until it is cleared', async () => {
    const { port } = await made();
    port.write(ACCESS, [REQUEST]);
    expect(port.read(INTF, 4)).toEqual([0x97, 0x06, 0x00, 0x30]);
    port.write(INT_STATUS, [0xff]);
    port.write(INT_ENABLE, [0x01, 0, 0, 0x80]);
    expect(port.interrupt).toBe(false);
    command(port, STARTUP);
    expect([port.interrupt, port.read(INT_STATUS, 1)[0]]).toEqual([true, 0x83]);
    port.write(INT_STATUS, [0x01]);
    expect(port.interrupt).toBe(false);
    port.write(INT_ENABLE, [0x01, 0, 0, 0]);
    command(port, SELF_TEST);
    expect(port.interrupt).toBe(false);
  });

  it('a loss of power forgets the locality and the command', async () => {
    const { port } = await made();
    port.write(ACCESS, [REQUEST]);
    command(port, STARTUP);
    port.powerOn();
    expect([port.read(ACCESS, 1), port.get('started')]).toEqual([[0x81], false]);
  });
});

describe('SPI', () => {
  it('7.3: the last byte of the header, or a wait byte, says that data comes', async () => {
    const { bench } = await spiTpm();
    expect(bench.duplex([0x80, 0xd4, 0, 0, 0])).toEqual([0, 0, 0, 1, 0x81]);
    bench.set('waitBytes', 3);
    expect(bench.duplex([0x80, 0xd4, 0, 0, 0, 0, 0, 0])).toEqual([0, 0, 0, 0, 0, 0, 1, 0x81]);
    bench.set('waitBytes', 0);
    // Another address space, and a header that breaks off.
    expect(bench.duplex([0x80, 0xd5, 0, 0, 0])[4]).toBe(0xff);
    bench.duplex([0x80, 0xd4]);
    expect(bench.duplex([0x83, 0xd4, 0x0f, 0x00, 0, 0, 0, 0]).slice(4)).toEqual([0xd1, 0x15, 0x1b, 0x00]);
  });

  it('Cr50 always lets the host wait, pulses INT behind each transfer, and tells of its firmware', async () => {
    const { port, bench } = await spiTpm('google,cr50');
    const edges: boolean[] = [];
    bench.line('INT').listen((high) => edges.push(high));
    expect(port.read(DID_VID, 4)).toEqual([0xe0, 0x1a, 0x28, 0x00]);
    expect(edges).toEqual([false, true]);
    port.write(0xf90, [0]);
    expect(Buffer.from([...port.read(0xf90, 4), ...port.read(0xf90, 4)]).toString()).toBe('B1-C:0 R');
    expect(port.read(RID, 1)).toEqual([0]);
  });
});

describe('I2C', () => {
  it('7.4: capability, ids, and the checksum of what passed the FIFO', async () => {
    const { port, bench } = await i2cTpm();
    expect(bench.writeRead([0x30], 4)).toEqual([0x82, 0, 0, 0]);
    expect(bench.writeRead([0x48], 5)).toEqual([0xd1, 0x15, 0x1c, 0x00, 0x16]);
    port.write(ACCESS, [REQUEST]);
    bench.write([0x40, 1]);
    port.write(STS, [0x40]);
    // The check value of CRC-16/KERMIT is 2189h.
    port.write(FIFO, [...Buffer.from('123456789')]);
    expect(bench.writeRead([0x44], 2)).toEqual([0x21, 0x89]);
  });

  it('Cr50 has registers of its own, and a pulse for each message', async () => {
    const { bench } = await i2cTpm('google,cr50');
    const edges: boolean[] = [];
    bench.line('INT').listen((high) => edges.push(high));
    bench.write([0x06]);
    expect(edges).toEqual([false, true]);
    expect(bench.read(4)).toEqual([0xe0, 0x1a, 0x28, 0x00]);
    bench.write([0x00, REQUEST]);
    expect(bench.writeRead([0x00], 1)).toEqual([0xa1]);
    bench.write([0x01, 0x40, 0, 0, 0]);
    expect(bench.writeRead([0x01], 4)).toEqual([0xc4, 63, 0, 4]);
    bench.write([0x05, ...hex(STARTUP)]);
    bench.write([0x01, 0x20, 0, 0, 0]);
    bench.clock.advance(2e6);
    expect(bench.writeRead([0x05], 10)).toEqual(hex(SUCCESS));
  });
});

import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { command, type Port, spiTpm } from './bench.ts';

const STARTUP = '8001 0000000c 00000144 0000';
const STARTUP_STATE = '8001 0000000c 00000144 0001';
const SHUTDOWN_STATE = '8001 0000000c 00000145 0001';
const OK = '80010000000a00000000';
const code = (rc: string) => `80010000000a${rc.padStart(8, '0')}`;
/** An authorization area with an empty password. */
const PASSWORD = '00000009 40000009 0000 01 0000';

async function started(): Promise<Port> {
  const { port } = await spiTpm();
  port.write(0, [0x02]);
  expect(command(port, STARTUP)).toBe(OK);
  return port;
}
const extend = (pcr: string, digests: string, size: string) =>
  `8002 ${size} 00000182 000000${pcr} ${PASSWORD} ${digests}`;
const read = (bank: string, bits: string) => `8001 00000014 0000017e 00000001 ${bank} 03 ${bits}`;

describe('TPM 2.0 Library, part 3', () => {
  it('9.3: before TPM2_Startup all is TPM_RC_INITIALIZE, and a second one too', async () => {
    const { port } = await spiTpm();
    port.write(0, [0x02]);
    expect(command(port, '8001 0000000b 00000143 01')).toBe(code('100'));
    expect(command(port, STARTUP_STATE)).toBe(code('1c4'));
    expect(command(port, STARTUP)).toBe(OK);
    expect(command(port, STARTUP)).toBe(code('100'));
    expect([port.get('lastCommand'), port.get('lastResponse')]).toEqual([0x144, 0x100]);
  });

  it('5.2: a wrong tag, a wrong size, an unknown command, too much and too little have codes of their own', async () => {
    const port = await started();
    expect(command(port, '8000 0000000c 0000017b 0008')).toBe(code('01e'));
    expect(command(port, '8001 0000000a 00000131')).toBe(code('143'));
    expect(command(port, '8001 0000000e 0000017b 0008 0000')).toBe(code('095'));
    expect(command(port, '8001 0000000b 0000017b 00')).toBe(code('1da'));
    expect(command(port, '8001 0000000e 00000165 80000000')).toBe(code('1cb'));
  });

  it('22.2, 22.4: extends both banks, as OpenSSL would, and counts it once', async () => {
    const port = await started();
    const digests = `00000002 0004 ${'11'.repeat(20)} 000b ${'22'.repeat(32)}`;
    expect(command(port, extend('0a', digests, '00000059'.replace('59', '57')))).toBe(
      '80020000001300000000 00000000 0000010000'.replaceAll(' ', ''),
    );
    const hash = (name: string, size: number, digest: string) =>
      createHash(name)
        .update(Buffer.concat([Buffer.alloc(size), Buffer.from(digest.repeat(size), 'hex')]))
        .digest('hex');
    // pcrUpdateCounter 1, the selection, one digest.
    expect(command(port, read('0004', '000400'))).toBe(
      `8001 00000032 00000000 00000001 00000001 0004 03 000400 00000001 0014 ${hash('sha1', 20, '11')}`.replaceAll(
        ' ',
        '',
      ),
    );
    expect(command(port, read('000b', '000400'))).toBe(
      `8001 0000003e 00000000 00000001 00000001 000b 03 000400 00000001 0020 ${hash('sha256', 32, '22')}`.replaceAll(
        ' ',
        '',
      ),
    );
  });

  it('22.4: gives eight digests at most, and says of which', async () => {
    const port = await started();
    const answer = command(port, read('0004', 'ffffff'));
    expect(answer.slice(20, 56)).toBe('00000000 00000001 0004 03 ff0000 00000008'.replaceAll(' ', ''));
    // PCRs of a dynamic launch are all ones (PTP, 4.6.2).
    expect(command(port, read('0004', '000002')).slice(-40)).toBe('ff'.repeat(20));
  });

  it('22.2: wants an authorization, a known bank, and a locality that may', async () => {
    const port = await started();
    const digest = `00000001 0004 ${'11'.repeat(20)}`;
    expect(command(port, `8001 00000028 00000182 0000000a ${digest}`)).toBe(code('125'));
    expect(command(port, extend('18', digest, '00000035'))).toBe(code('184'));
    expect(command(port, extend('11', digest, '00000035'))).toBe(code('907'));
    expect(command(port, extend('0a', '00000001 0012', '00000021'))).toBe(code('1c3'));
    const wrong = '0000000a 40000009 0000 01 0001 78';
    expect(command(port, `8002 00000036 00000182 0000000a ${wrong} ${digest}`)).toBe(code('9a2'));
  });

  it('22.3, 22.8: hashes an event by itself; only 16 and 23 are reset', async () => {
    const port = await started();
    const sha = (name: string) => createHash(name).update('abc').digest('hex');
    expect(command(port, `8002 00000020 0000013c 00000010 ${PASSWORD} 0003 616263`)).toBe(
      `8002 0000004f 00000000 0000003c 00000002 0004 ${sha('sha1')} 000b ${sha('sha256')} 0000010000`.replaceAll(
        ' ',
        '',
      ),
    );
    expect(command(port, read('0004', '000001')).slice(-40)).not.toBe('00'.repeat(20));
    expect(command(port, `8002 0000001b 0000013d 00000010 ${PASSWORD}`)).toBe(
      '800200000013000000000000000000000' + '10000',
    );
    expect(command(port, read('0004', '000001')).slice(-40)).toBe('00'.repeat(20));
    expect(command(port, `8002 0000001b 0000013d 00000001 ${PASSWORD}`)).toBe(code('907'));
  });

  it('9.4: TPM2_Shutdown(STATE) keeps what was measured over a loss of power', async () => {
    const port = await started();
    command(port, extend('01', `00000001 0004 ${'11'.repeat(20)}`, '00000035'));
    const before = command(port, read('0004', '020000')).slice(-40);
    expect(command(port, SHUTDOWN_STATE)).toBe(OK);
    port.powerOn();
    port.write(0, [0x02]);
    expect(command(port, STARTUP_STATE)).toBe(OK);
    expect(command(port, read('0004', '020000')).slice(-40)).toBe(before);
    port.powerOn();
    port.write(0, [0x02]);
    expect(command(port, STARTUP)).toBe(OK);
    expect(command(port, read('0004', '020000')).slice(-40)).toBe('00'.repeat(20));
  });

  it('16.1: random numbers follow from the seed, and go on', async () => {
    const [port, other] = [await started(), await started()];
    const random = '8001 0000000c 0000017b 0040';
    const first = command(port, random);
    expect(first.slice(0, 24)).toBe('80010000002c000000000020');
    expect(command(other, random)).toBe(first);
    // Stirred in between, it goes on elsewhere.
    expect(command(other, '8001 0000000e 00000146 0002 abcd')).toBe(OK);
    const [second, stirred] = [command(port, random), command(other, random)];
    expect(new Set([first, second, stirred]).size).toBe(3);
    other.set('seed', 2);
    other.powerOn();
    other.write(0, [0x02]);
    command(other, STARTUP);
    expect(command(other, random)).not.toBe(first);
  });

  it('29.1: the clock counts milliseconds, and starts', async () => {
    const port = await started();
    port.pass(1000);
    const answer = command(port, '8001 0000000a 00000181');
    const ms = Number.parseInt(answer.slice(20, 36), 16);
    expect(ms).toBeGreaterThanOrEqual(1000);
    expect(ms).toBeLessThan(1020);
    expect(answer.slice(52)).toBe('00000001' + '00000000' + '01');
  });

  it('30.2: capabilities: manufacturer, banks, algorithms, commands and how many', async () => {
    const port = await started();
    const capability = (what: string) => command(port, `8001 00000016 0000017a ${what}`).slice(20);
    expect(capability('00000006 00000105 00000001')).toBe('01000000060000000100000105' + '49465800');
    expect(capability('00000005 00000000 00000001')).toBe(
      '000000000500000002' + '000403ffffff' + '000b03ffffff',
    );
    expect(capability('00000000 00000000 0000007f')).toBe(
      '000000000000000002' + '000400000004' + '000b00000004',
    );
    const total = capability('00000006 00000129 00000001').slice(-8);
    expect(capability('00000002 0000011f 000000ff').slice(0, 18)).toBe(`0000000002${total}`);
    expect(capability('00000002 00000182 000000ff')).toBe('00000000020000000102400182');
    expect(command(port, '8001 00000016 0000017a 00000099 00000000 00000001')).toBe(code('1c4'));
  });

  it('part 1, 12.4: a self test that fails leaves two commands', async () => {
    const port = await started();
    expect(command(port, '8001 0000000a 0000017c')).toBe('800100000010000000000000' + '00000000');
    port.set('selfTestFails', true);
    expect(command(port, '8001 0000000b 00000143 01')).toBe(code('101'));
    expect(command(port, '8001 0000000a 0000017c')).toBe('800100000010000000000000' + '00000101');
  });
});

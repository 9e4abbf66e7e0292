import { describe, expect, it } from 'vitest';
import { testFolder } from '../cli/folder.ts';
import { dtbusHere } from '../cli/run-here.ts';
import { converted, happenedIn } from './traces.ts';

const folder = testFolder();

const HEAD = `# tracer: nop
#
# entries-in-buffer/entries-written: 12/12   #P:4
#
#           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION
#              | |         |   |||||     |         |
`;
const at = (seconds: number, event: string) =>
  `             cat-812     [003] .....  ${(1152583 + seconds).toFixed(6)}: ${event}`;
const traceOf = (...events: readonly string[]) =>
  `${HEAD}${events.map((event, i) => at(i * 0.001, event)).join('\n')}\n`;

/** What a trace becomes. */
async function imported(text: string, ...more: string[]) {
  const { bytes, err } = await converted(folder, folder.write('trace.txt', text), 'trace.bus', ...more);
  return { lines: happenedIn(bytes.toString()), text: bytes.toString(), err };
}

describe("the kernel's trace of i2c", () => {
  it('is a transaction for each result', async () => {
    const { lines, text } = await imported(
      traceOf(
        'i2c_write: i2c-1 #0 a=048 f=0000 l=1 [00]',
        'i2c_read: i2c-1 #1 a=048 f=0001 l=2',
        'i2c_reply: i2c-1 #1 a=048 f=0001 l=2 [1f-80]',
        'i2c_result: i2c-1 n=2 ret=2',
        'i2c_read: i2c-1 #0 a=049 f=0001 l=1',
        'i2c_result: i2c-1 n=0 ret=-121',
        'i2c_write: i2c-4 #0 a=2a0 f=0010 l=3 [25-dc-04]',
        'i2c_result: i2c-4 n=1 ret=1',
      ),
    );
    expect(lines).toEqual(['i2c-1 48 w 00, r 1f 80', 'i2c-1 49 r <1> EREMOTEIO', 'i2c-4 2a0 w 25 dc 04']);
    // Its times are those since boot: there is no date.
    expect(text).not.toContain('began');
    expect(text).toMatch(/^\+0 .*~3ms$/m);
    expect(text).toMatch(/^\+4ms /m);
  });

  it('of two buses at once is two transactions', async () => {
    const { lines } = await imported(
      traceOf(
        'i2c_write: i2c-1 #0 a=048 f=0000 l=1 [00]',
        'i2c_write: i2c-2 #0 a=050 f=0000 l=2 [01-02]',
        'i2c_result: i2c-1 n=1 ret=1',
        'i2c_result: i2c-2 n=1 ret=1',
      ),
    );
    expect(lines).toEqual(['i2c-1 48 w 00', 'i2c-2 50 w 01 02']);
  });

  it('says where the kernel has cut bytes, and where events were lost', async () => {
    const kept = Array.from({ length: 64 }, (_, byte) => byte.toString(16).padStart(2, '0'));
    const { lines, err } = await imported(
      traceOf(`i2c_write: i2c-1 #0 a=050 f=0000 l=66 [${kept.join('-')}]`, 'i2c_result: i2c-1 n=1 ret=1') +
        'CPU:3 [LOST 12 EVENTS]\n',
    );
    expect(lines[0]).toMatch(/^i2c-1 50 w <66 cut at 64 @[0-9a-f]{8}>$/);
    expect(lines[1]).toBe('lost 12');
    expect(err).toContain(
      '1 messages are longer than the 64 bytes that the kernel prints; the rest is not known',
    );
  });

  it('passes over what has no beginning or no end', async () => {
    const { lines, err } = await imported(
      traceOf(
        'i2c_reply: i2c-1 #0 a=048 f=0001 l=1 [15]',
        'i2c_result: i2c-1 n=1 ret=1',
        'i2c_write: i2c-1 #0 a=048 f=0000 l=1 [00]',
        'i2c_result: i2c-1 n=1 ret=1',
        'i2c_write: i2c-1 #0 a=048 f=0000 l=1 [01]',
      ),
    );
    expect(lines).toEqual(['i2c-1 48 w 00']);
    expect(err).toContain('1 transfers have no end in the trace; they were passed over');
  });
});

describe("the kernel's trace of smbus", () => {
  it('of an adapter with SMBus of its own is what such a transfer is on the wire', async () => {
    const { lines } = await imported(
      traceOf(
        'smbus_write: i2c-0 a=051 f=0000 c=fa BYTE_DATA l=1 [0b]',
        'smbus_result: i2c-0 a=051 f=0000 c=fa BYTE_DATA wr res=0',
        'smbus_read: i2c-0 a=048 f=0000 c=0 WORD_DATA',
        'smbus_reply: i2c-0 a=048 f=0000 c=0 WORD_DATA l=2 [1f-80]',
        'smbus_result: i2c-0 a=048 f=0000 c=0 WORD_DATA rd res=0',
        // The count of a block of SMBus is on the wire, that of an I2C block is not.
        'smbus_read: i2c-0 a=058 f=0000 c=99 BLOCK_DATA',
        'smbus_reply: i2c-0 a=058 f=0000 c=99 BLOCK_DATA l=4 [03-61-62-63]',
        'smbus_result: i2c-0 a=058 f=0000 c=99 BLOCK_DATA rd res=0',
        'smbus_write: i2c-0 a=050 f=0000 c=10 I2C_BLOCK_DATA l=3 [02-aa-bb]',
        'smbus_result: i2c-0 a=050 f=0000 c=10 I2C_BLOCK_DATA wr res=0',
        'smbus_write: i2c-0 a=030 f=0000 c=0 QUICK l=0 []',
        'smbus_result: i2c-0 a=030 f=0000 c=0 QUICK wr res=-6',
        'smbus_write: i2c-0 a=060 f=0000 c=4 PROC_CALL l=2 [01-02]',
        'smbus_reply: i2c-0 a=060 f=0000 c=4 PROC_CALL l=2 [03-04]',
        'smbus_result: i2c-0 a=060 f=0000 c=4 PROC_CALL wr res=0',
      ),
    );
    expect(lines).toEqual([
      'i2c-0 51 w fa 0b',
      'i2c-0 48 w 00, r 1f 80',
      'i2c-0 58 w 99, r 03 61 62 63',
      'i2c-0 50 w 10 aa bb',
      'i2c-0 30 w! ENXIO',
      'i2c-0 60 w 04 01 02, r 03 04',
    ]);
  });

  it('of another adapter is told once, by its messages', async () => {
    const { lines } = await imported(
      traceOf(
        'smbus_read: i2c-1 a=048 f=0000 c=0 WORD_DATA',
        'i2c_write: i2c-1 #0 a=048 f=0000 l=1 [00]',
        'i2c_read: i2c-1 #1 a=048 f=0001 l=2',
        'i2c_reply: i2c-1 #1 a=048 f=0001 l=2 [1f-80]',
        'i2c_result: i2c-1 n=2 ret=2',
        'smbus_reply: i2c-1 a=048 f=0000 c=0 WORD_DATA l=2 [1f-80]',
        'smbus_result: i2c-1 a=048 f=0000 c=0 WORD_DATA rd res=0',
      ),
    );
    expect(lines).toEqual(['i2c-1 48 w 00, r 1f 80']);
  });
});

describe("the kernel's trace of spi", () => {
  it('is a message for each that is done', async () => {
    const { lines } = await imported(
      traceOf(
        'spi_setup: spi0.0 setup mode 0, 8 bits/w, 1000000 Hz max --> 0',
        'spi_message_submit: spi0.0 000000001b20b93c',
        'spi_controller_busy: spi0',
        'spi_message_start: spi0.0 000000001b20b93c',
        'spi_set_cs: spi0.0 activate',
        'spi_transfer_start: spi0.0 00000000ea1cf8b6 len=1 tx=[9f] rx=[]',
        'spi_transfer_stop: spi0.0 00000000ea1cf8b6 len=1 tx=[9f] rx=[]',
        'spi_transfer_start: spi0.0 00000000ea1cf8b7 len=3 tx=[] rx=[00-00-00]',
        'spi_transfer_stop: spi0.0 00000000ea1cf8b7 len=3 tx=[] rx=[ef-40-14]',
        'spi_set_cs: spi0.0 deactivate',
        'spi_message_done: spi0.0 000000001b20b93c len=4/4',
        'spi_message_start: spi0.0 000000001b20b93c',
        'spi_transfer_stop: spi0.0 00000000ea1cf8b6 len=1 tx=[06] rx=[]',
        'spi_message_done: spi0.0 000000001b20b93c len=0/1',
      ),
    );
    expect(lines).toEqual(['spi0.0 9f, > ef 40 14', 'spi0.0 06 EIO']);
  });
});

describe('a trace that is none', () => {
  it('is refused with its line', async () => {
    const wrong = async (text: string) => {
      const { status, err } = await dtbusHere('convert', folder.write('w.txt', text), folder.path('w.bus'));
      return [status, err.replace(`${folder.path('')}/`, '')];
    };
    expect(await wrong('hello\n')).toEqual([
      1,
      'dtbus: w.txt: not found: events of i2c, smbus or spi; expected the text of /sys/kernel/tracing/trace with events/i2c or events/spi enabled\n',
    ]);
    expect(await wrong(traceOf('i2c_write: i2c-1 #0 a=048 f=0000 l=1 [zz]'))).toEqual([
      1,
      'dtbus: w.txt:7: invalid bytes: expected it as Linux prints it\n',
    ]);
    expect(await wrong(traceOf('i2c_result: i2c-1 n=2'))).toEqual([
      1,
      'dtbus: w.txt:7: invalid i2c_result: expected it as Linux prints it\n',
    ]);
  });

  it('is read by the parts of a board that is named', async () => {
    const trace = traceOf(
      'i2c_write: i2c-1 #0 a=048 f=0000 l=1 [00]',
      'i2c_read: i2c-1 #1 a=048 f=0001 l=2',
      'i2c_reply: i2c-1 #1 a=048 f=0001 l=2 [1f-80]',
      'i2c_result: i2c-1 n=2 ret=2',
    );
    const { text } = await imported(trace, '-b', 'dts/demo.dts');
    expect(text).toContain('; temp@48: read TEMP (0x00): 1f 80');
    expect(text).toContain('part  i2c-1 48 temp@48 national,lm75');
  });
});

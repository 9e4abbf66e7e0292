import { RecordingWriter, type WriterOptions } from '../../src/recording/index.ts';
import type { TracedBus, TracedSegment, TracedTransfer } from '../../src/trace/index.ts';
import { transferOf } from '../support/trace.ts';

export const I2C: TracedBus = {
  kind: 'i2c',
  number: 1,
  path: '/i2c',
  parts: [
    { reg: [0x48], name: 'temp@48', compatible: ['national,lm75'], addressWidth: undefined, size: undefined },
    { reg: [0x50], name: 'eeprom@50', compatible: ['atmel,24c256'], addressWidth: 16, size: 32768 },
  ],
};
export const SPI: TracedBus = { kind: 'spi', number: 0, path: '/spi', parts: [] };

const bytesOf = (bytes: readonly number[]) => ({ bytes: Uint8Array.from(bytes), length: bytes.length });
/** `length` bytes of which nothing is known. */
export const unknown = (length: number) => ({ bytes: new Uint8Array(0), length });

export function sent(target: number, ...bytes: number[]): TracedSegment {
  return { target, tenBit: false, sent: bytesOf(bytes), received: undefined };
}

export function received(target: number, ...bytes: number[]): TracedSegment {
  return { target, tenBit: false, sent: undefined, received: bytesOf(bytes) };
}

export function both(target: number, tx: readonly number[], rx: readonly number[]): TracedSegment {
  return { target, tenBit: false, sent: bytesOf(tx), received: bytesOf(rx) };
}

/** What a writer writes. */
export function written(work: (writer: RecordingWriter) => void, options?: WriterOptions): string {
  let text = '';
  const writer = new RecordingWriter((more) => {
    text += Buffer.from(more).toString();
  }, options);
  work(writer);
  writer.flush();
  return text;
}

/** What happens on two buses and a line, in all forms that a transfer has. */
export function everything(writer: RecordingWriter): void {
  writer.head({
    clock: 'stepped',
    tree: { file: 'dts/my bench.dts', sha256: 'ab'.repeat(32) },
    buses: [I2C, SPI],
  });
  const at = (ms: number, more: Partial<TracedTransfer>) =>
    transferOf({ startedMs: 1_800_000_000_000 + ms, ...more });
  writer.transfer(
    I2C,
    at(0, { wireMs: 0.37, segments: [sent(0x48, 0), received(0x48, 0x1f, 0x80)] }),
    'temp: 31.5',
  );
  writer.transfer(I2C, at(1.25, { segments: [sent(0x23)], fault: 'ENXIO', nack: { message: 0, byte: -1 } }));
  writer.transfer(
    I2C,
    at(11.25, {
      segments: [sent(0x50, 0, 0x10, 0xaa, 0xbb)],
      fault: 'EREMOTEIO',
      nack: { message: 0, byte: 2 },
    }),
  );
  writer.transfer(SPI, at(12, { segments: [both(0, [0x9f, 0, 0, 0], [0xff, 0xef, 0x40, 0x14])] }));
  const page = Array.from({ length: 40 }, (_, at) => at);
  writer.transfer(SPI, at(13, { segments: [sent(0, 2, 0, 16, 0), sent(0, ...page), received(0, ...page)] }));
  writer.edge({
    kind: 'edge',
    sequence: 1,
    startedMs: 1_800_000_000_020,
    controller: '/gpio',
    line: 3,
    name: 'button',
    high: true,
  });
  writer.lost(12);
  const long = { bytes: Uint8Array.from(page), length: 9000 };
  writer.transfer(SPI, at(21, { segments: [{ target: 1, tenBit: false, sent: long, received: undefined }] }));
  const timedOut = [sent(0x48, 0), { ...received(0x48), received: unknown(2) }];
  writer.transfer(
    I2C,
    at(22, {
      ...{ segments: timedOut, fault: 'ETIMEDOUT', wireMs: 35, stretchedNs: 34e6, attempts: 2 },
      ...{ struck: ['stretch 34 ms'], client: 'guest "one"' },
    }),
  );
  writer.transfer(I2C, at(60, { segments: [{ ...sent(0x50, 1), tenBit: true }] }));
  writer.end();
}

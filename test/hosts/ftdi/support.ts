import { CHIPS, FtdiAdapter, FtdiEmulator } from '../../../hosts/ftdi/index.ts';
import { EmulatedConnection, EmulatedPort } from '../../../src/usb/index.ts';
import { RecordingWire } from '../recording-wire.ts';

const VENDOR_OUT = 0x40;
const OUT = 0x02;
const IN = 0x81;

/** An emulated FT232H with the recording wire behind it, for programs that speak to the chip itself. */
export async function chip() {
  const wire = new RecordingWire();
  const emulator = new FtdiEmulator(CHIPS.ft232h, wire);
  const port = new EmulatedPort(emulator);
  const usb = new EmulatedConnection(port);
  const request = (number: number, value: number) =>
    usb.controlOut({ requestType: VENDOR_OUT, request: number, value, index: 1 }, new Uint8Array(0));
  /** As every client begins: a reset, a short latency, the engine. */
  const begin = async (): Promise<void> => {
    await request(0x00, 0);
    await request(0x09, 2);
    await request(0x0b, 0x0000);
    await request(0x0b, 0x0200);
  };
  await begin();
  const send = (...commands: number[]): Promise<void> => usb.out(OUT, Uint8Array.from(commands));
  const read = async (length = 512): Promise<number[]> => [...(await usb.in(IN, length))];
  const adapter = new FtdiAdapter('the adapter', async () => new EmulatedConnection(port), {
    chip: CHIPS.ft232h,
    chipSelects: 1,
  });
  return { wire, emulator, usb, request, begin, send, read, adapter };
}

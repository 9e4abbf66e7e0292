import { type Errno, errnoName, I2C_M } from '../../bus/index.ts';
import type { TracedBytes, TracedSegment } from '../../trace/index.ts';
import { addMessage, type Captured, FoundEvents, foundTransfer } from '../captured.ts';
import { BUSES_MAX, FoundBuses } from '../found-buses.ts';
import { WaveError } from '../wave/samples.ts';
import { SmbusCall } from './ftrace-smbus.ts';
import { hexBytes } from './hex-bytes.ts';
import { linesOf } from './lines.ts';

/** `cat-812 [000] ..... 100.123456: i2c_write: i2c-1 #0 …`: a line of `trace` or `trace_pipe`, or of `trace-cmd report`. */
const LINE = /(?:^|\s)(\d+)\.(\d{1,9}):\s+((?:i2c|smbus|spi)_\w+):\s+(.*)$/;
const LOST = /\[LOST (\d+) EVENTS\]/;
const I2C = /^i2c-(\d+)\s+(.*)$/;
const MESSAGE = /^#(\d+)\s+a=([0-9a-f]+)\s+f=([0-9a-f]+)\s+l=(\d+)(?:\s+\[([^\]]*)\])?/i;
const SPI = /^spi(\d+)\.(\d+)\s+(\S+)\s*(.*)$/;
const SPI_DATA = /^len=(\d+)\s+tx=\[([^\]]*)\]\s+rx=\[([^\]]*)\]/;

/**
 * Reads the text of the kernel's trace events `i2c`, `smbus` and `spi` (Linux include/trace/events/i2c.h, smbus.h, spi.h).
 * The kernel prints at most 64 bytes of a message. @throws {WaveError} no such event is in it, or one cannot be read
 */
export function readFtrace(text: string): Captured {
  const reader = new FtraceReader();
  for (const [line, each] of linesOf(text)) if (each !== '') reader.line(each, line);
  return reader.end();
}

/** An I2C transaction whose messages come. */
interface I2cCall {
  readonly atNs: number;
  readonly segments: TracedSegment[];
}

/** An SPI message whose transfers come. */
interface SpiCall {
  readonly atNs: number;
  readonly segments: TracedSegment[];
}

class FtraceReader {
  readonly #buses = new FoundBuses();
  readonly #events = new FoundEvents();
  readonly #i2c = new Map<number, I2cCall>();
  readonly #smbus = new Map<number, SmbusCall>();
  readonly #spi = new Map<string, SpiCall>();
  #line = 0;
  #seen = 0;
  #unfinished = 0;
  #cut = 0;

  line(text: string, line: number): void {
    this.#line = line;
    const lost = LOST.exec(text);
    if (lost !== null)
      this.#events.add({ atNs: this.#events.lastNs, what: { kind: 'lost', count: Number(lost[1]) } });
    const [, seconds, fraction = '', event = '', rest = ''] = LINE.exec(text) ?? [];
    if (seconds === undefined) return;
    this.#seen++;
    const atNs = Number(seconds) * 1e9 + Number(fraction.padEnd(9, '0'));
    if (event.startsWith('spi_')) this.#spiEvent(event, rest, atNs);
    else if (event.startsWith('smbus_')) this.#smbusEvent(event, rest, atNs);
    else this.#i2cEvent(event, rest, atNs);
  }

  end(): Captured {
    if (this.#seen === 0)
      throw new WaveError(
        'not found: events of i2c, smbus or spi; expected the text of /sys/kernel/tracing/trace with events/i2c or events/spi enabled',
      );
    this.#unfinished += this.#i2c.size + this.#spi.size;
    return {
      ...{ buses: this.#buses.all, board: undefined, beganMs: undefined },
      events: this.#events.inOrder('first'),
      notes: [
        ...(this.#cut === 0
          ? []
          : [
              `${this.#cut} messages are longer than the 64 bytes that the kernel prints; the rest is not known`,
            ]),
        ...(this.#unfinished === 0
          ? []
          : [`${this.#unfinished} transfers have no end in the trace; they were passed over`]),
      ],
    };
  }

  #wrong(what: string): WaveError {
    return new WaveError(`invalid ${what}: expected it as Linux prints it`, this.#line);
  }

  #i2cEvent(event: string, rest: string, atNs: number): void {
    const [, number, more = ''] = I2C.exec(rest) ?? [];
    if (number === undefined) throw this.#wrong(event);
    const bus = this.#buses.placeOf('i2c', Number(number));
    if (event === 'i2c_result') {
      const [, ret] = /^n=\d+\s+ret=(-?\d+)/.exec(more) ?? [];
      if (ret === undefined) throw this.#wrong(event);
      this.#i2cEnd(bus, atNs, Number(ret));
      return;
    }
    const [, index, address = '', flagsText = '', lengthText, data] = MESSAGE.exec(more) ?? [];
    if (index === undefined) throw this.#wrong(event);
    const flags = Number.parseInt(flagsText, 16);
    const length = Number(lengthText);
    let call = this.#i2c.get(bus);
    if (event === 'i2c_reply') {
      const before = call?.segments[Number(index)];
      if (call !== undefined && before !== undefined)
        call.segments[Number(index)] = { ...before, received: this.#bytes(data, length) };
      return;
    }
    if (Number(index) === 0 || call === undefined) {
      if (call !== undefined) this.#unfinished++;
      call = { atNs, segments: [] };
      this.#i2c.set(bus, call);
      const smbus = this.#smbus.get(bus);
      if (smbus !== undefined) smbus.isCarried = true;
    }
    const isRead = event === 'i2c_read';
    addMessage(call.segments, {
      ...{ target: Number.parseInt(address, 16), tenBit: (flags & I2C_M.TEN) !== 0 },
      sent: isRead ? undefined : this.#bytes(data, length),
      received: isRead ? { bytes: new Uint8Array(0), length } : undefined,
    });
  }

  #i2cEnd(bus: number, endNs: number, ret: number): void {
    const call = this.#i2c.get(bus);
    this.#i2c.delete(bus);
    // Its beginning was before the trace began.
    if (call === undefined || call.segments.length === 0) return;
    const { atNs, segments } = call;
    const isShort = ret >= 0 && ret < segments.length;
    const fault = ret < 0 ? errnoName(-ret) : isShort ? 'EIO' : undefined;
    this.#add({ bus, segments, fault, wireNs: endNs - atNs }, atNs);
  }

  #smbusEvent(event: string, rest: string, atNs: number): void {
    const [, number, more = ''] = I2C.exec(rest) ?? [];
    if (number === undefined) throw this.#wrong(event);
    const bus = this.#buses.placeOf('i2c', Number(number));
    if (event === 'smbus_write' || event === 'smbus_read') {
      const begun = SmbusCall.begin(event, more, atNs);
      if (begun === undefined) throw this.#wrong(event);
      this.#smbus.set(bus, begun);
      return;
    }
    const call = this.#smbus.get(bus);
    if (call === undefined) return;
    if (event === 'smbus_reply') {
      if (!call.reply(more)) throw this.#wrong(event);
      return;
    }
    const [, res] = /res=(-?\d+)/.exec(more) ?? [];
    if (res === undefined) throw this.#wrong(event);
    this.#smbus.delete(bus);
    // An adapter that has no SMBus of its own: its messages were told already.
    if (call.isCarried) return;
    const fault: Errno | undefined = Number(res) < 0 ? errnoName(-Number(res)) : undefined;
    this.#add({ bus, segments: call.segments(), fault, wireNs: atNs - call.atNs }, call.atNs);
  }

  #spiEvent(event: string, rest: string, atNs: number): void {
    const [, number, chipSelect, , more = ''] = SPI.exec(rest) ?? [];
    // Of the controller as a whole, and of its set-up.
    if (number === undefined) return;
    const key = `${number}.${chipSelect}`;
    if (event === 'spi_message_start') {
      if (this.#spi.has(key)) this.#unfinished++;
      else if (this.#spi.size === BUSES_MAX)
        throw new WaveError(`more than ${BUSES_MAX} messages without an end`, this.#line);
      this.#spi.set(key, { atNs, segments: [] });
      return;
    }
    const call = this.#spi.get(key);
    if (call === undefined) return;
    if (event === 'spi_transfer_stop') {
      const [, lengthText, tx, rx] = SPI_DATA.exec(more) ?? [];
      if (lengthText === undefined) throw this.#wrong(event);
      const length = Number(lengthText);
      addMessage(call.segments, {
        ...{ target: Number(chipSelect), tenBit: false },
        sent: tx === '' ? undefined : this.#bytes(tx, length),
        received: rx === '' ? undefined : this.#bytes(rx, length),
      });
      return;
    }
    if (event !== 'spi_message_done') return;
    this.#spi.delete(key);
    const [, actual, whole] = /len=(\d+)\/(\d+)/.exec(more) ?? [];
    if (actual === undefined) throw this.#wrong(event);
    const fault = actual === whole ? undefined : 'EIO';
    const bus = this.#buses.placeOf('spi', Number(number));
    if (call.segments.length > 0)
      this.#add({ bus, segments: call.segments, fault, wireNs: atNs - call.atNs }, call.atNs);
  }

  #add(found: Parameters<typeof foundTransfer>[0], atNs: number): void {
    this.#events.add(foundTransfer(found, atNs));
  }

  /** `1f-80` */
  #bytes(text = '', length: number): TracedBytes {
    const bytes = hexBytes(text);
    if (bytes === undefined) throw this.#wrong('bytes');
    if (bytes.length < length) this.#cut++;
    return { bytes: bytes.subarray(0, length), length };
  }
}

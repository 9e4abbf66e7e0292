// @ts-expect-error: the package has no types
import { loadMicroPython } from '@micropython/micropython-webassembly-pyscript';
import type { EmulatedAdapter, EmulatedI2c, EmulatedSpi } from '../../../hosts/link/index.ts';

/** What the pins of the bus look like while it is clocked free; a pin is known by its name. */
export interface PinsSeen {
  /** Level that is read of a pin. */
  read(name: string): boolean;
  drive(name: string, high: boolean): void;
}

/** `machine` of MicroPython's documentation (library/machine.I2C, SPI, Pin), on wires of JavaScript's. */
const MACHINE = `
import sys, _wire
class Pin:
    IN=0; OUT=1; OPEN_DRAIN=2
    def __init__(self, name, mode=-1, value=None):
        self.name=str(name)
        if value is not None: _wire.drive(self.name, bool(value))
    def init(self, mode=-1, value=None):
        if mode not in (Pin.IN, Pin.OUT): raise ValueError('mode')
        if value is not None: _wire.drive(self.name, bool(value))
    def __call__(self, value=None):
        if value is None: return 1 if _wire.pin(self.name) else 0
        _wire.drive(self.name, bool(value))
def need(pins):
    for pin in pins:
        if not isinstance(pin, Pin): raise ValueError('not a pin')
class SoftI2C:
    def __init__(self, scl, sda, *, freq=400000, timeout=50000):
        need((scl, sda)); _wire.clock(freq)
    def start(self): _wire.start()
    def stop(self): _wire.stop()
    def write(self, buf):
        count=0
        for byte in buf:
            if not _wire.write(byte): break
            count+=1
        return count
    def readinto(self, buf, nack=True):
        for i in range(len(buf)): buf[i]=_wire.read(not (nack and i==len(buf)-1))
class I2C:
    def __init__(self, id, *, scl, sda, freq=400000):
        need((scl, sda)); _wire.clock(freq)
    def _address(self, byte):
        _wire.start()
        if not _wire.write(byte):
            _wire.stop(); raise OSError(19)
    def _send(self, buf):
        for byte in buf:
            if not _wire.write(byte):
                _wire.stop(); raise OSError(5)
    def _receive(self, buf):
        for i in range(len(buf)): buf[i]=_wire.read(i<len(buf)-1)
        _wire.stop()
    def writeto(self, addr, buf, stop=True):
        self._address(addr<<1); self._send(buf)
        if stop: _wire.stop()
        return len(buf)
    def readfrom_into(self, addr, buf, stop=True):
        self._address(addr<<1|1); self._receive(buf)
    def readfrom_mem_into(self, addr, memaddr, buf, *, addrsize=8):
        if addrsize & 7 or addrsize > 32: raise ValueError('invalid addrsize')
        self._address(addr<<1); self._send(memaddr.to_bytes(addrsize//8, 'big'))
        self._address(addr<<1|1); self._receive(buf)
class SoftSPI:
    def __init__(self, baudrate=500000, *, polarity=0, phase=0, sck=None, mosi=None, miso=None):
        need((sck, mosi, miso)); self.init(baudrate, polarity=polarity, phase=phase)
    def init(self, baudrate=None, *, polarity=None, phase=None):
        _wire.setup(baudrate, polarity, phase)
    def write(self, buf):
        for byte in buf: _wire.exchange(byte)
    def readinto(self, buf, write=0):
        for i in range(len(buf)): buf[i]=_wire.exchange(write)
    def write_readinto(self, write_buf, read_buf):
        if len(write_buf)!=len(read_buf): raise ValueError('buffers must be the same length')
        for i in range(len(write_buf)): read_buf[i]=_wire.exchange(write_buf[i])
class machine: pass
for name in ('Pin','SoftI2C','I2C','SoftSPI'): setattr(machine, name, globals()[name])
sys.modules['machine']=machine
`;

/** Chip select 0. */
const CS_PIN = '1';
/** "Raw-paste", which this build of the interpreter cannot do: it waits for a terminal that is not there. */
const ASK_RAW_PASTE = '\x05A\x01';

/** What the board is wired to, and what its pins look like. */
export interface Wiring {
  readonly wire: { readonly i2c: EmulatedI2c; readonly spi: EmulatedSpi };
  readonly pins?: PinsSeen;
}

const IDLE_PINS: PinsSeen = { read: () => true, drive: () => {} };

/** The functions that `MACHINE` calls. */
function wireModule(wiring: () => Wiring) {
  let setup = { hz: 0, mode: 0 };
  let isSelected = false;
  const select = (high: boolean): void => {
    const { spi } = wiring().wire;
    if (high && isSelected) spi.deselect();
    if (!high && !isSelected) spi.select(0, setup.mode, setup.hz);
    isSelected = !high;
  };
  const pins = () => wiring().pins ?? IDLE_PINS;
  return {
    start: () => wiring().wire.i2c.start(),
    stop: () => wiring().wire.i2c.stop(),
    write: (byte: number) => wiring().wire.i2c.writeByte(byte),
    read: (ack: boolean) => wiring().wire.i2c.readByte(ack),
    clock: (hz: number) => {
      wiring().wire.i2c.clockHz = hz;
    },
    setup: (hz: number, polarity: number, phase: number) => {
      setup = { hz, mode: polarity * 2 + phase };
    },
    exchange: (byte: number) => {
      const received = new Uint8Array(1);
      wiring().wire.spi.exchange(Uint8Array.of(byte), received, 1);
      return received[0];
    },
    pin: (name: string) => pins().read(name),
    drive: (name: string, high: boolean) => (name === CS_PIN ? select(high) : pins().drive(name, high)),
  };
}

/**
 * The MicroPython interpreter with its raw REPL, and buses behind a `machine` module. One for all tests of a file: two in a
 * process get each other's objects.
 */
export class InterpretedBoard implements EmulatedAdapter {
  wiring: Wiring;
  readonly #python: { replProcessChar(byte: number): void };
  readonly #output: number[];

  private constructor(wiring: Wiring, python: { replProcessChar(byte: number): void }, output: number[]) {
    this.wiring = wiring;
    this.#python = python;
    this.#output = output;
  }

  static async boot(wiring: Wiring): Promise<InterpretedBoard> {
    const output: number[] = [];
    const python = await loadMicroPython({
      stdout: (bytes: Uint8Array) => output.push(...bytes),
      linebuffer: false,
      heapsize: 256 * 1024,
    });
    const board: InterpretedBoard = new InterpretedBoard(wiring, python, output);
    python.registerJsModule(
      '_wire',
      wireModule(() => board.wiring),
    );
    python.runPython(MACHINE);
    python.replInit();
    return board;
  }

  feed(bytes: Uint8Array): Uint8Array {
    const sent = Buffer.from(bytes).toString('latin1');
    // As firmware from before 1.14, which knows no more of it than the last byte.
    const heard = sent === ASK_RAW_PASTE ? '\x01' : sent;
    this.#output.length = 0;
    for (const byte of Buffer.from(heard, 'latin1')) this.#python.replProcessChar(byte);
    return Uint8Array.from(this.#output);
  }
}

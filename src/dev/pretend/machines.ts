/** A computer that a package may look for, by what it says of itself in `/proc` and `/sys`. */
interface Machine {
  /** As the firmware writes it into the device tree. */
  readonly model: string;
  readonly compatible: readonly string[];
  /** The revision code of Raspberry Pi's documentation. */
  readonly revision: number;
  readonly cores: number;
  /** The part and revision of the cores, and their timer in MHz twice over. */
  readonly cpu: { readonly part: number; readonly revision: number; readonly bogoMips: string };
  readonly features: string;
  /** The line that Raspberry Pi's kernels printed up to the Raspberry Pi 4. */
  readonly hardware?: string;
}

const CORTEX_A53 = { part: 0xd03, revision: 4, bogoMips: '38.40' };
const SERIAL = '10000000d7b0d7b0';

const MACHINES: Readonly<Record<string, Machine>> = {
  'raspberry-pi-3': {
    model: 'Raspberry Pi 3 Model B Rev 1.2',
    compatible: ['raspberrypi,3-model-b', 'brcm,bcm2837'],
    revision: 0xa02082,
    cores: 4,
    cpu: CORTEX_A53,
    features: 'fp asimd evtstrm crc32 cpuid',
    hardware: 'BCM2835',
  },
  'raspberry-pi-zero-2-w': {
    model: 'Raspberry Pi Zero 2 W Rev 1.0',
    compatible: ['raspberrypi,model-zero-2-w', 'brcm,bcm2837'],
    revision: 0x902120,
    cores: 4,
    cpu: CORTEX_A53,
    features: 'fp asimd evtstrm crc32 cpuid',
    hardware: 'BCM2835',
  },
  'raspberry-pi-4': {
    model: 'Raspberry Pi 4 Model B Rev 1.4',
    compatible: ['raspberrypi,4-model-b', 'brcm,bcm2711'],
    revision: 0xc03114,
    cores: 4,
    cpu: { part: 0xd08, revision: 3, bogoMips: '108.00' },
    features: 'fp asimd evtstrm crc32 cpuid',
    hardware: 'BCM2835',
  },
  'raspberry-pi-5': {
    model: 'Raspberry Pi 5 Model B Rev 1.0',
    compatible: ['raspberrypi,5-model-b', 'brcm,bcm2712'],
    revision: 0xc04170,
    cores: 4,
    cpu: { part: 0xd0b, revision: 1, bogoMips: '108.00' },
    features:
      'fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp cpuid asimdrdm lrcpc dcpop asimddp',
  },
};

/** The names that `filesOf` knows. */
export const MACHINE_NAMES: readonly string[] = Object.keys(MACHINES);

/** The files by which programs recognise the machine: path and contents; undefined for a name that is not known. */
export function filesOf(name: string): ReadonlyMap<string, Uint8Array> | undefined {
  const machine = Object.hasOwn(MACHINES, name) ? MACHINES[name] : undefined;
  if (machine === undefined) return undefined;
  const properties = {
    model: strings([machine.model]),
    compatible: strings(machine.compatible),
    'serial-number': strings([SERIAL]),
    'system/linux,revision': bigEndian(machine.revision),
  };
  return new Map([
    ['/proc/cpuinfo', Buffer.from(cpuInfo(machine))],
    ...Object.entries(properties).flatMap(([property, bytes]): [string, Uint8Array][] => [
      [`/proc/device-tree/${property}`, bytes],
      [`/sys/firmware/devicetree/base/${property}`, bytes],
    ]),
  ]);
}

function cpuInfo({ cores, cpu, features, hardware, revision, model }: Machine): string {
  const core = (index: number) =>
    [
      `processor\t: ${index}`,
      `BogoMIPS\t: ${cpu.bogoMips}`,
      `Features\t: ${features}`,
      'CPU implementer\t: 0x41',
      'CPU architecture: 8',
      `CPU variant\t: 0x${cpu.part === 0xd0b ? 4 : 0}`,
      `CPU part\t: 0x${cpu.part.toString(16)}`,
      `CPU revision\t: ${cpu.revision}`,
      '',
      '',
    ].join('\n');
  const board = [
    ...(hardware === undefined ? [] : [`Hardware\t: ${hardware}`]),
    `Revision\t: ${revision.toString(16)}`,
    `Serial\t\t: ${SERIAL}`,
    `Model\t\t: ${model}`,
    '',
  ];
  return Array.from({ length: cores }, (_, index) => core(index)).join('') + board.join('\n');
}

/** A list of strings as a property has it. */
function strings(list: readonly string[]): Uint8Array {
  return Buffer.from(list.map((each) => `${each}\0`).join(''));
}

function bigEndian(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

import type { AdapterSheet } from '../../src/bus/index.ts';

/** What a USB adapter is called, real and emulated. */
export interface UsbAdapterNames {
  /** `CP2112`. */
  readonly title: string;
  readonly article: 'a' | 'an';
  /** The `compatible` of the real one: `silabs,cp2112`. */
  readonly compatible: string;
  /** The `compatible` of the emulated one: `dtbus,cp2112-emulator`. */
  readonly emulated: string;
}

/** The sheets of a real adapter and of its emulation, which can do the same. */
export function usbSheets(
  { title, compatible, emulated }: UsbAdapterNames,
  abilities: Omit<AdapterSheet, 'title' | 'compatible'>,
): readonly AdapterSheet[] {
  return [
    { title, compatible, ...abilities },
    { title: `${title}, emulated`, compatible: emulated, ...abilities },
  ];
}

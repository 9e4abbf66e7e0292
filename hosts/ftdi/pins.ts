import { FIRST_CHIP_SELECT, type FtdiChip, MPSSE, PIN } from './protocol.ts';

/** What the pins of a channel are used for. */
export interface FtdiPins {
  readonly chip: FtdiChip;
  /** Pins from AD3 on that select a chip: outputs, high but for the one that is selected. */
  readonly chipSelects: number;
}

/** The bits of the chip selects in the low byte. */
export function chipSelectMask({ chipSelects }: FtdiPins): number {
  return ((1 << chipSelects) - 1) << FIRST_CHIP_SELECT;
}

/** Lets the I2C lines only pull low, or not, where the chip can do it. */
export function openDrainCommand({ chip }: FtdiPins, isOn: boolean): readonly number[] {
  return chip.hasOpenDrain ? [MPSSE.OPEN_DRAIN, isOn ? PIN.CLOCK | PIN.OUT | PIN.IN : 0, 0] : [];
}

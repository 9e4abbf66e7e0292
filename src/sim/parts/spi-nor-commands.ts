/** What follows an instruction byte, and what it does. */
export interface FlashCommand {
  readonly action: FlashAction;
  /** Address bytes; `mode` = 3, or 4 in 4-byte mode. */
  readonly address: 0 | 3 | 4 | 'mode';
  /** Mode and dummy bytes between address and data, counted on the lines that carry them. */
  readonly dummy: number;
  /** Lines that carry the data. */
  readonly lines: 1 | 2 | 4;
  /** Which status register; how many bytes are erased. */
  readonly operand: number;
}

export type FlashAction =
  | 'read'
  | 'program'
  | 'erase'
  | 'erase-chip'
  | 'read-status'
  | 'write-status'
  | 'write-enable'
  | 'write-disable'
  | 'read-id'
  | 'read-device-id'
  | 'read-unique-id'
  | 'read-sfdp'
  | 'read-flag-status'
  | 'power-down'
  | 'release-power-down'
  | 'enter-4-byte'
  | 'exit-4-byte'
  | 'read-extended-address'
  | 'write-extended-address'
  | 'enable-reset'
  | 'reset';

function command(
  action: FlashAction,
  address: FlashCommand['address'] = 0,
  dummy = 0,
  lines: FlashCommand['lines'] = 1,
  operand = 0,
): FlashCommand {
  return { action, address, dummy, lines, operand };
}

/** W25Q256JV data sheet, 8.1.2 to 8.1.4 "Instruction Set Table"; 70h is Micron's. */
export const COMMANDS: ReadonlyMap<number, FlashCommand> = new Map([
  [0x06, command('write-enable')],
  [0x50, command('write-enable')],
  [0x04, command('write-disable')],
  [0x05, command('read-status', 0, 0, 1, 0)],
  [0x35, command('read-status', 0, 0, 1, 1)],
  [0x15, command('read-status', 0, 0, 1, 2)],
  [0x01, command('write-status', 0, 0, 1, 0)],
  [0x31, command('write-status', 0, 0, 1, 1)],
  [0x11, command('write-status', 0, 0, 1, 2)],
  [0x70, command('read-flag-status')],

  [0x03, command('read', 'mode')],
  [0x0b, command('read', 'mode', 1)],
  [0x3b, command('read', 'mode', 1, 2)],
  [0xbb, command('read', 'mode', 1, 2)],
  [0x6b, command('read', 'mode', 1, 4)],
  [0xeb, command('read', 'mode', 3, 4)],
  [0x13, command('read', 4)],
  [0x0c, command('read', 4, 1)],
  [0x3c, command('read', 4, 1, 2)],
  [0xbc, command('read', 4, 1, 2)],
  [0x6c, command('read', 4, 1, 4)],
  [0xec, command('read', 4, 3, 4)],

  [0x02, command('program', 'mode')],
  [0x32, command('program', 'mode', 0, 4)],
  [0x12, command('program', 4)],
  [0x34, command('program', 4, 0, 4)],

  [0x20, command('erase', 'mode', 0, 1, 0x1000)],
  [0x52, command('erase', 'mode', 0, 1, 0x8000)],
  [0xd8, command('erase', 'mode', 0, 1, 0x10000)],
  [0x21, command('erase', 4, 0, 1, 0x1000)],
  [0x5c, command('erase', 4, 0, 1, 0x8000)],
  [0xdc, command('erase', 4, 0, 1, 0x10000)],
  [0x60, command('erase-chip')],
  [0xc7, command('erase-chip')],

  [0x9f, command('read-id')],
  [0x90, command('read-device-id', 3)],
  [0x4b, command('read-unique-id', 0, 4)],
  [0x5a, command('read-sfdp', 3, 1)],

  [0xb9, command('power-down')],
  [0xab, command('release-power-down')],
  [0xb7, command('enter-4-byte')],
  [0xe9, command('exit-4-byte')],
  [0xc8, command('read-extended-address')],
  [0xc5, command('write-extended-address')],
  [0x66, command('enable-reset')],
  [0x99, command('reset')],
]);

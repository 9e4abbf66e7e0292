import type { Instruction } from '../data-sheet.ts';

/** Table 9-1 and "advance graphic commands" of the data sheet, in its words; the charge pump of its application note. */
export const COMMANDS = [
  { opcode: 0x00, count: 16, name: 'set lower column start address', does: 'column-low' },
  { opcode: 0x10, count: 16, name: 'set higher column start address', does: 'column-high' },
  { opcode: 0x20, settings: 1, name: 'set memory addressing mode', does: 'addressing' },
  { opcode: 0x21, settings: 2, name: 'set column address', does: 'columns' },
  { opcode: 0x22, settings: 2, name: 'set page address', does: 'pages' },
  { opcode: 0x23, settings: 1, name: 'set fade out and blinking', does: 'fade' },
  { opcode: 0x26, settings: 6, name: 'right horizontal scroll', does: 'scroll' },
  { opcode: 0x27, settings: 6, name: 'left horizontal scroll', does: 'scroll' },
  { opcode: 0x29, settings: 5, name: 'vertical and right horizontal scroll', does: 'scroll' },
  { opcode: 0x2a, settings: 5, name: 'vertical and left horizontal scroll', does: 'scroll' },
  { opcode: 0x2e, name: 'deactivate scroll', does: 'activate-scroll', operand: 0 },
  { opcode: 0x2f, name: 'activate scroll', does: 'activate-scroll', operand: 1 },
  { opcode: 0x40, count: 64, name: 'set display start line', does: 'start-line' },
  { opcode: 0x81, settings: 1, name: 'set contrast control', does: 'contrast' },
  { opcode: 0x8d, settings: 1, name: 'charge pump setting', does: 'pump' },
  { opcode: 0xa0, name: 'set segment re-map, column 0', does: 'segment-remap', operand: 0 },
  { opcode: 0xa1, name: 'set segment re-map, column 127', does: 'segment-remap', operand: 1 },
  { opcode: 0xa3, settings: 2, name: 'set vertical scroll area', does: 'scroll-area' },
  { opcode: 0xa4, name: 'entire display on, from RAM', does: 'all-on', operand: 0 },
  { opcode: 0xa5, name: 'entire display on', does: 'all-on', operand: 1 },
  { opcode: 0xa6, name: 'set normal display', does: 'inverse', operand: 0 },
  { opcode: 0xa7, name: 'set inverse display', does: 'inverse', operand: 1 },
  { opcode: 0xa8, settings: 1, name: 'set multiplex ratio', does: 'multiplex' },
  { opcode: 0xae, name: 'set display off', does: 'on', operand: 0 },
  { opcode: 0xaf, name: 'set display on', does: 'on', operand: 1 },
  { opcode: 0xb0, count: 8, name: 'set page start address', does: 'page' },
  { opcode: 0xc0, count: 8, name: 'set COM output scan direction, normal', does: 'com-remap', operand: 0 },
  { opcode: 0xc8, count: 8, name: 'set COM output scan direction, remapped', does: 'com-remap', operand: 1 },
  { opcode: 0xd3, settings: 1, name: 'set display offset', does: 'offset' },
  { opcode: 0xd5, settings: 1, name: 'set display clock divide ratio/oscillator frequency', does: 'clock' },
  { opcode: 0xd6, settings: 1, name: 'set zoom in', does: 'zoom' },
  { opcode: 0xd9, settings: 1, name: 'set pre-charge period', does: 'precharge' },
  { opcode: 0xda, settings: 1, name: 'set COM pins hardware configuration', does: 'com-pins' },
  { opcode: 0xdb, settings: 1, name: 'set VCOMH deselect level' },
  { opcode: 0xe3, name: 'NOP' },
] as const satisfies readonly Instruction[];

type Command = (typeof COMMANDS)[number];

/** What a command does, as the model calls it. */
export type CommandName = Extract<Command, { readonly does: string }>['does'];

/** How many bytes follow a command. */
export function argumentCount(command: number): number {
  switch (command) {
    case 0x26:
    case 0x27:
      return 6;
    case 0x29:
    case 0x2a:
      return 5;
    case 0x21:
    case 0x22:
    case 0xa3:
      return 2;
    case 0x20:
    case 0x23:
    case 0x81:
    case 0x8d:
    case 0xa8:
    case 0xd3:
    case 0xd5:
    case 0xd6:
    case 0xd9:
    case 0xda:
    case 0xdb:
      return 1;
    default:
      return 0;
  }
}

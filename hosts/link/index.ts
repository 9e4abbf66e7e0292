export type { ByteLink, LinkEvents, LinkOpener } from './byte-link.ts';
export { portsThatExist, serialLink } from './serial.ts';
export { streamLink, tcpLink } from './stream.ts';

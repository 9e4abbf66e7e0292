export { OsError } from './os-error.ts';
export { openPty, type Pty, type PtyOptions } from './pty.ts';

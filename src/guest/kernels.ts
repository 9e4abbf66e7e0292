import { accessSync, constants, existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { BoardError } from '../board/served.ts';
import { fileTrouble } from '../input/index.ts';

/** What names a kernel, and what it is called in the folder of this user's data. */
export const KERNELS = {
  uml: { variable: 'DTBUS_GUEST_KERNEL', file: 'linux' },
  qemu: { variable: 'DTBUS_QEMU_KERNEL', file: 'bzImage' },
} as const;

/** Where kernels of this user lie (XDG Base Directory Specification). */
export function usualKernel(machine: keyof typeof KERNELS): string {
  const data = process.env['XDG_DATA_HOME'] || join(homedir(), '.local/share');
  return join(data, 'dtbus', KERNELS[machine].file);
}

/** A kernel: the one that is named, else by variable, else where kernels of this user lie; undefined where there is none. */
export function findKernel(machine: keyof typeof KERNELS, named?: string): string | undefined {
  const usual = usualKernel(machine);
  return named || process.env[KERNELS[machine].variable] || (existsSync(usual) ? usual : undefined);
}

/** @throws {BoardError} it is not there, or cannot be a kernel of this machine */
export function checkKernel(kernel: string, machine: keyof typeof KERNELS): void {
  const trouble = fileTrouble(kernel);
  if (trouble?.kind === 'absent') throw new BoardError(`kernel not found: ${kernel}`);
  if (trouble?.kind === 'folder' || trouble?.kind === 'special')
    throw new BoardError(`not a kernel: ${kernel} is not a regular file; name the kernel itself`);
  if (trouble !== undefined) throw new BoardError(`not a kernel: ${trouble.sentence}`);
  if (machine === 'qemu') return;
  try {
    accessSync(kernel, constants.X_OK);
  } catch (thrown) {
    throw new BoardError(
      `not executable: ${kernel}; a User-Mode Linux is a program: chmod +x it, or use --qemu for a kernel of a PC`,
      { cause: thrown },
    );
  }
}

/** The guest of a kernel ran in the machine's time. */
export function noVirtualTime(kernel: string): BoardError {
  return new BoardError(
    `${kernel} has no virtual time: the guest had the machine's; build a kernel with CONFIG_UML_TIME_TRAVEL_SUPPORT`,
  );
}

/**
 * Numbers of ioctls: direction, size of what the argument points to, type, number (include/uapi/asm-generic/ioctl.h;
 * POWER has three bits of direction).
 */
const IS_POWER = process.arch === 'ppc64';
const SIZE_SHIFT = 16;
const DIRECTION_SHIFT = IS_POWER ? 29 : 30;
const WRITE = IS_POWER ? 4 : 1;
const READ = 2;

/** Largest size that a number can say. */
export const IOCTL_SIZE_MAX = 2 ** (DIRECTION_SHIFT - SIZE_SHIFT) - 1;

function number(direction: number, type: number, nr: number, size: number): number {
  return direction * 2 ** DIRECTION_SHIFT + (size << SIZE_SHIFT) + (type << 8) + nr;
}

/** `_IOW`: the kernel reads. */
export function iow(type: number, nr: number, size: number): number {
  return number(WRITE, type, nr, size);
}

/** `_IOR`: the kernel writes. */
export function ior(type: number, nr: number, size: number): number {
  return number(READ, type, nr, size);
}

/** `_IOWR`: both. */
export function iowr(type: number, nr: number, size: number): number {
  return number(READ | WRITE, type, nr, size);
}

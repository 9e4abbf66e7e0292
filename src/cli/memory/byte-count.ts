const KIB = 1 << 10;
const MIB = 1 << 20;

/** `512 bytes`, `12.5 KiB`, `1 MiB`. */
export function byteCount(bytes: number): string {
  if (bytes === 1) return '1 byte';
  if (bytes < KIB) return `${Math.round(bytes)} bytes`;
  const [value, unit] = bytes < MIB ? [bytes / KIB, 'KiB'] : [bytes / MIB, 'MiB'];
  return `${Number(value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0))} ${unit}`;
}

/** `512 bytes`, `1 MiB (1048576 bytes)`. */
export function exactByteCount(bytes: number): string {
  return bytes < KIB ? byteCount(bytes) : `${byteCount(bytes)} (${bytes} bytes)`;
}

/** `350 ms`, `4.2 s`, `2 min 05 s`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${Number((ms / 1000).toFixed(1))} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}

/** Writes a growing run of bytes. */
export class GrowingBytes {
  bytes: Uint8Array;
  length = 0;

  constructor(size: number) {
    this.bytes = new Uint8Array(size);
  }

  room(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.length + more));
    larger.set(this.bytes);
    this.bytes = larger;
  }

  cell(value: number): void {
    this.room(4);
    const { bytes, length } = this;
    bytes[length] = value >>> 24;
    bytes[length + 1] = value >>> 16;
    bytes[length + 2] = value >>> 8;
    bytes[length + 3] = value;
    this.length += 4;
  }

  /** A NUL-terminated string of one character a byte. */
  string(text: string): void {
    this.room(text.length + 1);
    for (let i = 0; i < text.length; i++) this.bytes[this.length + i] = text.charCodeAt(i);
    this.length += text.length + 1;
  }

  align(to: number): void {
    const aligned = Math.ceil(this.length / to) * to;
    this.room(aligned - this.length);
    this.length = aligned;
  }

  written(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }
}

/**
 * What runs on the board: a small program in MicroPython that is sent once, and the calls of it. A call carries a program of
 * its own, in base64: operations of a byte and a length of two (little-endian), with the data behind. It answers with
 * `ANSWER_MARK` and base64: an errno of two bytes, then as many bytes as were announced.
 */

import { FREEING_PULSES } from '../link/index.ts';
import { ERRNO } from './errno.ts';

/** Operations on a SoftI2C. */
export const I2C_OP = {
  START: 1,
  STOP: 2,
  /** Writes until a byte is refused; answers how many were acknowledged, in two bytes. What follows a refusal is left out. */
  WRITE: 3,
  /** Writes all, whatever is refused. */
  WRITE_ALL: 4,
  /** Reads, and refuses the last byte. */
  READ_LAST: 5,
  /** Reads, and acknowledges every byte. */
  READ: 6,
} as const;

/** Operations on an SPI bus; the length of `SELECT`, `DESELECT` is a chip select, that of `SETUP` the mode. */
export const SPI_OP = { SELECT: 1, DESELECT: 2, WRITE: 3, READ: 4, EXCHANGE: 5, SETUP: 6 } as const;

/** Operations on pins; the length of all but `READ` is a line. `READ` answers the levels of all, in two bytes. */
export const PIN_OP = { READ: 1, INPUT: 2, LOW: 3, HIGH: 4 } as const;

/** What a transaction of a hardware I2C is: the fourth field of its head. */
export const HARD_OP = { WRITE: 0, READ: 1, WRITE_READ: 2 } as const;

export const ANSWER_MARK = '+';
/** Bytes of an answer in front of what was asked for. */
export const HEAD_BYTES = 2;

/** The name of the driver on the board. */
export const DRIVER = '_dtbus';

/** The driver's first line, by which an emulated board knows it. */
export const DRIVER_HEAD = '# dtbus driver 1';

/**
 * SoftI2C has START, bytes and STOP one by one (`machine.SoftI2C.start` and its kin), so any sequence can be made; a
 * hardware I2C has whole transactions only. The pins of the bus are its own where they are known (`own`): SDA is looked at in front of
 * START and behind STOP, where a held one would pass for acknowledges and zeros.
 */
export const DRIVER_SOURCE = `${DRIVER_HEAD}
import sys,machine,time
from binascii import a2b_base64 as _a,b2a_base64 as _b
class _D:
 def __init__(d):
  d.q=bytearray();d.c=None;d.u=False;d.w=();d.s=None;d.k=[];d.n=[]
 def add(d,t):
  d.q.extend(_a(t));d.out(0,b'',0)
 def out(d,e,r,n):
  r=r[:n]
  sys.stdout.write('${ANSWER_MARK}'+_b(bytes((e&255,e>>8))+r+bytes(n-len(r))).decode().strip())
 def run(d,f,t,n):
  d.q.extend(_a(t));p=d.q;d.q=bytearray();r=bytearray();e=0
  try:
   f(p,r)
  except OSError as x:
   e=x.args[0]
   try:
    d.idle()
   except OSError:
    pass
  d.out(e,r,n)
 def stop(d):
  if d.u:
   d.u=False;d.c.stop()
 def idle(d):
  for k in d.k:k(1)
  d.stop()
 def i(d,t,n):
  d.run(d.soft,t,n)
 def h(d,t,n):
  d.run(d.hard,t,n)
 def p(d,t,n):
  d.run(d.spi,t,n)
 def g(d,t,n):
  d.run(d.pins,t,n)
 def x(d,t,n):
  d.run(lambda p,r:d.idle(),t,n)
 def soft(d,p,r):
  k=0
  while k<len(p):
   o=p[k];l=p[k+1]|p[k+2]<<8;k+=3
   if o==${I2C_OP.START}:
    if not d.u:d.free()
    d.c.start();d.u=True
   elif o==${I2C_OP.STOP}:
    d.end()
   elif o==${I2C_OP.WRITE}:
    a=d.c.write(p[k:k+l]);k+=l
    r.extend(bytes((a&255,a>>8)))
    if a<l:
     d.end();return
   elif o==${I2C_OP.WRITE_ALL}:
    for v in p[k:k+l]:d.c.write(bytes((v,)))
    k+=l;r.extend(bytes((l&255,l>>8)))
   else:
    b=bytearray(l);d.c.readinto(b,o==${I2C_OP.READ_LAST});r.extend(b)
 def hard(d,p,r):
  a=p[0];l=p[1]|p[2]<<8;b=bytearray(p[3]|p[4]<<8);w=p[6:6+l]
  if p[5]==${HARD_OP.WRITE}:
   d.c.writeto(a,w)
  else:
   if p[5]==${HARD_OP.READ}:
    d.c.readfrom_into(a,b)
   else:
    d.c.readfrom_mem_into(a,int.from_bytes(w,'big'),b,addrsize=8*l)
   r.extend(b)
 def spi(d,p,r):
  k=0
  while k<len(p):
   o=p[k];l=p[k+1]|p[k+2]<<8;k+=3
   if o==${SPI_OP.SELECT}:
    d.k[l](0)
   elif o==${SPI_OP.DESELECT}:
    d.k[l](1)
   elif o==${SPI_OP.WRITE}:
    d.s.write(p[k:k+l]);k+=l
   elif o==${SPI_OP.READ}:
    b=bytearray(l);d.s.readinto(b,0);r.extend(b)
   elif o==${SPI_OP.EXCHANGE}:
    b=p[k:k+l];k+=l;d.s.write_readinto(b,b);r.extend(b)
   else:
    d.s.init(baudrate=int.from_bytes(p[k:k+4],'little'),polarity=l>>1&1,phase=l&1);k+=4
 def pins(d,p,r):
  k=0
  while k<len(p):
   o=p[k];l=p[k+1]|p[k+2]<<8;k+=3
   if o==${PIN_OP.READ}:
    v=0
    for i in range(len(d.n)):v|=d.n[i]()<<i
    r.extend(bytes((v&255,v>>8)))
   elif o==${PIN_OP.INPUT}:
    d.n[l].init(machine.Pin.IN)
   else:
    d.n[l].init(machine.Pin.OUT,value=o-${PIN_OP.LOW})
 def own(d,c,a):
  d.w=[machine.Pin(k,machine.Pin.OPEN_DRAIN,value=1)for k in(c,a)]
 def low(d):
  return d.w and d.w[0]() and not d.w[1]()
 def free(d):
  if not d.low():return
  c,a=d.w
  for k in range(${FREEING_PULSES}):
   c(0);time.sleep_us(5);c(1);time.sleep_us(5)
   if a():break
  else:raise OSError(${ERRNO.EBUSY},'SDA is held low')
  c(0);a(0);time.sleep_us(5);c(1);time.sleep_us(5);a(1)
 def end(d):
  d.stop()
  if d.low():raise OSError(${ERRNO.EBUSY})
${DRIVER}=_D()
`;

/** Which function of the driver a call is of. */
export type DriverCall = 'i' | 'h' | 'p' | 'g' | 'x';

/** Data bytes in one line of source: with base64 and the call around it, no line is longer than a UART's buffer of 256. */
const LINE_BYTES = 162;

/** The lines of source that make one call: all but the last only add to what it will carry out. */
export function callLines(call: DriverCall, program: Uint8Array, answerBytes: number): string[] {
  const lines: string[] = [];
  let at = 0;
  for (; program.length - at > LINE_BYTES; at += LINE_BYTES)
    lines.push(`${DRIVER}.add(b'${base64(program.subarray(at, at + LINE_BYTES))}')`);
  lines.push(`${DRIVER}.${call}(b'${base64(program.subarray(at))}',${answerBytes})`);
  return lines;
}

/** Length of what a call of so many bytes prints. */
export function answerLength(answerBytes: number): number {
  return ANSWER_MARK.length + 4 * Math.ceil((HEAD_BYTES + answerBytes) / 3);
}

/** What a call answers. */
export interface BoardAnswer {
  /** Of the board; 0: none. */
  readonly errno: number;
  /** As many bytes as were announced. */
  readonly data: Uint8Array;
}

/** @param printed what a call printed, without its end */
export function readAnswer(printed: Uint8Array): BoardAnswer {
  const bytes = Buffer.from(Buffer.from(printed).toString('latin1').slice(ANSWER_MARK.length), 'base64');
  return { errno: bytes.readUInt16LE(0), data: bytes.subarray(HEAD_BYTES) };
}

/** One operation: its code, a length or number, and data. */
export function operation(code: number, length: number, data: Uint8Array = NOTHING): Uint8Array {
  const bytes = new Uint8Array(3 + data.length);
  bytes[0] = code;
  bytes[1] = length & 0xff;
  bytes[2] = length >> 8;
  bytes.set(data, 3);
  return bytes;
}

const NOTHING = new Uint8Array(0);

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

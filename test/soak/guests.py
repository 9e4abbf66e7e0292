"""Guests that are killed in the middle of what they do: `python3 guests.py COUNT SEED SOCKET...`.

Each is a process of its own (fork) that connects, shares memory, starts a ring and offers reads of 0x48; it gets as far as it
gets until it is killed. Prints how many there were, and how many of them had an answer.
"""

import mmap
import os
import random
import select
import signal
import socket
import struct
import sys
import time

SET_FEATURES, SET_OWNER, SET_MEM_TABLE, SET_VRING_NUM, SET_VRING_ADDR, SET_VRING_BASE = 2, 3, 5, 8, 9, 10
SET_VRING_KICK, SET_VRING_CALL, SET_PROTOCOL_FEATURES, SET_VRING_ENABLE = 12, 13, 16, 18
VERSION_1_AND_PROTOCOL = 1 << 32 | 1 << 30 | 1
SIZE, GUEST, USER, RING = 1 << 20, 0x10000000, 0x700000000000, 64
AVAILABLE, USED, DATA = 0x1000, 0x2000, 0x4000
NEXT, WRITE = 1, 2


def life(path, answered):
    peer = socket.socket(socket.AF_UNIX)
    peer.connect(path)

    def tell(request, payload=b"", files=()):
        message = struct.pack("<III", request, 1, len(payload)) + payload
        socket.send_fds(peer, [message], list(files))

    memory = os.memfd_create("guest", os.MFD_ALLOW_SEALING)
    os.ftruncate(memory, SIZE)
    ram = mmap.mmap(memory, SIZE)
    call, kick = os.eventfd(0), os.eventfd(0)
    tell(SET_OWNER)
    tell(SET_FEATURES, struct.pack("<Q", VERSION_1_AND_PROTOCOL))
    tell(SET_PROTOCOL_FEATURES, struct.pack("<Q", 0))
    tell(SET_MEM_TABLE, struct.pack("<IIQQQQ", 1, 0, GUEST, SIZE, USER, 0), [memory])
    tell(SET_VRING_NUM, struct.pack("<II", 0, RING))
    tell(SET_VRING_BASE, struct.pack("<II", 0, 0))
    tell(SET_VRING_ADDR, struct.pack("<IIQQQQ", 0, 0, USER, USER + USED, USER + AVAILABLE, 0))
    tell(SET_VRING_CALL, struct.pack("<Q", 0), [call])
    tell(SET_VRING_KICK, struct.pack("<Q", 0), [kick])
    tell(SET_VRING_ENABLE, struct.pack("<II", 0, 1))
    ram[DATA : DATA + 8] = struct.pack("<HHI", 0x90, 0, 2)
    reads = RING // 3
    for i in range(reads):
        for j, (at, length, flags) in enumerate(((0, 8, NEXT), (16, 2, NEXT | WRITE), (8, 1, WRITE))):
            index = 3 * i + j
            ram[16 * index : 16 * index + 16] = struct.pack("<QIHH", GUEST + DATA + at, length, flags, index + 1)
    offered = 0
    while True:
        for i in range(reads):
            place = AVAILABLE + 4 + 2 * ((offered + i) % RING)
            ram[place : place + 2] = struct.pack("<H", 3 * i)
        offered = (offered + reads) % 0x10000
        ram[AVAILABLE + 2 : AVAILABLE + 4] = struct.pack("<H", offered)
        os.eventfd_write(kick, 1)
        # The server has made it one that does not block: the flag belongs to both.
        select.select([call], [], [])
        os.eventfd_read(call)
        if ram[DATA + 16] == 25:
            answered[0] = 1


def main(count, seed, sockets):
    chance = random.Random(seed)
    answers = 0
    answered = mmap.mmap(-1, 1)
    for i in range(count):
        answered[0] = 0
        child = os.fork()
        if child == 0:
            try:
                life(sockets[i % len(sockets)], answered)
            finally:
                os._exit(1)
        time.sleep(chance.choice((0, 0.001, 0.01, 0.05)) * chance.random())
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            print(f"guest {i} ended by itself")
        answers += answered[0]
    print(f"{count} guests killed, {answers} of them with an answer")


main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])

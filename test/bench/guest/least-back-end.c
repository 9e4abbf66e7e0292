/*
 * The least vhost-user back-end of an I2C adapter (device 34) that Linux accepts: one front-end, one split
 * ring, one 256-byte memory at address 0x50, blocking reads, no checks. With "gpio" it is one of a GPIO
 * controller (device 41) of four lines that are all high; of its two rings the second is never looked at. It is
 * what the round trip of a guest, or of our front-end, is measured against, and nothing to serve strangers with.
 *
 *     cc -O2 -o least-back-end least-back-end.c && ./least-back-end SOCKET [gpio]
 */
#define _GNU_SOURCE
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct header { uint32_t request, flags, size; };
struct region { uint64_t guest, size, user, offset; };
struct desc { uint64_t addr; uint32_t len; uint16_t flags, next; };
struct avail { uint16_t flags, idx, ring[]; };
struct used { uint16_t flags, idx; struct { uint32_t id, len; } ring[]; };

static struct region regions[8];
static uint8_t *maps[8];
static int nregions, kick = -1, call = -1, num;
static struct desc *desc;
static struct avail *avail;
static struct used *used;
static uint16_t next_avail;
static uint8_t memory[256], at;
static int enabled, gpio;

static void *translate(uint64_t addr, int user)
{
	for (int i = 0; i < nregions; i++) {
		uint64_t base = user ? regions[i].user : regions[i].guest;
		if (addr >= base && addr < base + regions[i].size)
			return maps[i] + (addr - base);
	}
	fprintf(stderr, "address %llx is not mapped\n", (unsigned long long)addr);
	exit(1);
}

static void i2c(uint8_t **piece, const uint32_t *length, int count, int readable)
{
	uint16_t addr = piece[0][0] | piece[0][1] << 8;
	int ok = addr == 0x50 << 1;

	if (ok && (piece[0][4] & 2)) {
		for (uint32_t i = 0; i < length[1]; i++)
			piece[1][i] = memory[at++];
	} else if (ok && readable > 1) {
		at = piece[1][0];
		for (uint32_t i = 1; i < length[1]; i++)
			memory[at++] = piece[1][i];
	}
	piece[count - 1][0] = !ok;
}

/* Every request is carried out; GET_VALUE (4) gives 1, GET_DIRECTION (2) "in". */
static void lines(const uint8_t *request, uint8_t *response)
{
	response[0] = 0;
	response[1] = request[0] == 4 ? 1 : request[0] == 2 ? 2 : 0;
}

static void chain(uint16_t head)
{
	struct desc *table = desc, *d = &desc[head];
	uint8_t *piece[8];
	uint32_t length[8];
	int count = 0, readable = 0;

	if (d->flags & 4)
		table = d = translate(d->addr, 0);
	for (;;) {
		piece[count] = translate(d->addr, 0);
		length[count++] = d->len;
		if (!(d->flags & 2))
			readable = count;
		if (!(d->flags & 1))
			break;
		d = &table[d->next];
	}
	if (gpio)
		lines(piece[0], piece[count - 1]);
	else
		i2c(piece, length, count, readable);
	uint32_t written = 0;
	for (int i = readable; i < count; i++)
		written += length[i];
	used->ring[used->idx % num].id = head;
	used->ring[used->idx % num].len = written;
	__atomic_store_n(&used->idx, used->idx + 1, __ATOMIC_SEQ_CST);
}

static void process(void)
{
	int done = 0;

	if (!enabled || !num || !avail)
		return;
	while (next_avail != __atomic_load_n(&avail->idx, __ATOMIC_SEQ_CST)) {
		chain(avail->ring[next_avail++ % num]);
		done = 1;
	}
	uint64_t one = 1;
	if (done && !(__atomic_load_n(&avail->flags, __ATOMIC_SEQ_CST) & 1) && write(call, &one, 8) != 8)
		exit(1);
}

static int message(int sock)
{
	struct { struct header h; uint8_t p[1024]; } __attribute__((packed)) m;
	char control[CMSG_SPACE(8 * sizeof(int))];
	struct iovec iov = { &m.h, sizeof m.h };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control };
	int fds[8], nfds = 0, reply = 0;
	uint64_t value, *p = (uint64_t *)m.p;
	uint32_t *w = (uint32_t *)m.p;

	if (recvmsg(sock, &msg, 0) != sizeof m.h)
		return 0;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&msg); c; c = CMSG_NXTHDR(&msg, c)) {
		nfds = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		memcpy(fds, CMSG_DATA(c), nfds * sizeof(int));
	}
	if (m.h.size && recv(sock, m.p, m.h.size, MSG_WAITALL) != (ssize_t)m.h.size)
		return 0;
	uint32_t request = m.h.request;
	int of_a_ring = request >= 8 && request <= 18 && (request < 15 || request == 18);
	/* Of the second ring everything is heard, and no more. */
	if (of_a_ring && (w[0] & 0xff) && request != 11)
		request = 0;
	switch (request) {
	case 1: value = 1ull << 32 | 1 << 30 | 1 << 28 | 1; reply = 1; break;
	case 15: value = 1 << 3 | (gpio ? 1 << 9 | 1 : 0); reply = 1; break;
	case 17: value = gpio ? 2 : 1; reply = 1; break;
	case 5:
		nregions = w[0];
		memcpy(regions, m.p + 8, nregions * sizeof *regions);
		for (int i = 0; i < nregions; i++) {
			maps[i] = mmap(0, regions[i].size + regions[i].offset, PROT_READ | PROT_WRITE, MAP_SHARED, fds[i], 0);
			maps[i] += regions[i].offset;
			close(fds[i]);
		}
		break;
	case 8: num = w[1]; break;
	case 9:
		desc = translate(p[1], 1);
		used = translate(p[2], 1);
		avail = translate(p[3], 1);
		break;
	case 10: next_avail = w[1]; break;
	case 11: w[1] = next_avail; reply = 2; break;
	case 12: kick = fds[0]; break;
	case 13: call = fds[0]; break;
	case 18: enabled = w[1]; process(); break;
	case 24: m.p[12] = 4; reply = 2; break;
	}
	if (!reply && (m.h.flags & 8)) {
		value = 0;
		reply = 1;
	}
	if (reply) {
		if (reply == 1) {
			m.h.size = 8;
			memcpy(m.p, &value, 8);
		}
		m.h.flags = 5;
		if (send(sock, &m, sizeof m.h + m.h.size, 0) < 0)
			return 0;
	}
	return 1;
}

int main(int argc, char **argv)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);

	gpio = argc > 2 && !strcmp(argv[2], "gpio");
	strncpy(addr.sun_path, argc > 1 ? argv[1] : "i2c.sock", sizeof addr.sun_path - 1);
	unlink(addr.sun_path);
	if (bind(listener, (struct sockaddr *)&addr, sizeof addr) || listen(listener, 1))
		return perror(addr.sun_path), 1;
	puts("ready");
	fflush(stdout);
	int sock = accept(listener, 0, 0);
	for (;;) {
		struct pollfd files[2] = { { sock, POLLIN, 0 }, { kick, POLLIN, 0 } };
		uint64_t count;
		poll(files, 2, -1);
		if (files[1].revents & POLLIN && read(kick, &count, 8) == 8)
			process();
		if (files[0].revents && !message(sock))
			return 0;
	}
}

/*
 * Process 1 of a guest: carries out transactions, a write of one byte and a read of 16 joined by a repeated
 * START at address 0x50, as the lines of its standard input say, and prints a line for each:
 *
 *     turns A B TURNS COUNT   COUNT on bus A, then on bus B, and so on: "turn" and both medians, in ns
 *     run A MS                as many on bus A as go into MS: "ran", how many, median and longest, in ns
 *     end                     powers off
 *
 *     cc -O2 -static -o transactions transactions.c
 */
#include <fcntl.h>
#include <linux/i2c-dev.h>
#include <linux/i2c.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <time.h>
#include <unistd.h>

enum { ADDRESS = 0x50, LONGEST = 1 << 20 };

static uint32_t took[LONGEST];

static uint64_t now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static int ascending(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return x < y ? -1 : x > y;
}

static int bus(int number)
{
	char path[32];
	snprintf(path, sizeof path, "/dev/i2c-%d", number);
	int fd = open(path, O_RDWR);
	if (fd < 0)
		perror(path);
	return fd;
}

/* As many as there may be, until `end`; how many there were is the result, and `took` is in order. */
static int transact(int fd, int most, uint64_t end)
{
	uint8_t at = 0, bytes[16];
	struct i2c_msg messages[2] = { { ADDRESS, 0, 1, &at }, { ADDRESS, I2C_M_RD, sizeof bytes, bytes } };
	struct i2c_rdwr_ioctl_data transaction = { messages, 2 };
	uint64_t start = now();
	int count = 0;

	while (count < most && start < end) {
		if (ioctl(fd, I2C_RDWR, &transaction) != 2) {
			perror("I2C_RDWR");
			break;
		}
		uint64_t then = now();
		took[count++] = then - start;
		start = then;
	}
	qsort(took, count, sizeof *took, ascending);
	return count;
}

int main(void)
{
	char line[128];
	int a, b, turns, count, ms;

	mount("dev", "/dev", "devtmpfs", 0, 0);
	setvbuf(stdout, 0, _IOLBF, 0);
	puts("waiting");
	while (fgets(line, sizeof line, stdin)) {
		if (sscanf(line, "turns %d %d %d %d", &a, &b, &turns, &count) == 4) {
			int fds[2] = { bus(a), bus(b) };
			for (int turn = 0; turn < turns; turn++) {
				uint32_t medians[2];
				for (int i = 0; i < 2; i++)
					medians[i] = transact(fds[i], count, UINT64_MAX) == count ? took[count / 2] : 0;
				printf("turn %u %u\n", medians[0], medians[1]);
			}
			puts("turned");
			close(fds[0]);
			close(fds[1]);
		} else if (sscanf(line, "run %d %d", &a, &ms) == 2) {
			int fd = bus(a);
			count = transact(fd, LONGEST, now() + ms * 1000000ull);
			printf("ran %d %u %u\n", count, count ? took[count / 2] : 0, count ? took[count - 1] : 0);
			close(fd);
		} else {
			break;
		}
	}
	reboot(RB_POWER_OFF);
}

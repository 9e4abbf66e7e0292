/*
 * Runs inside a guest: times one transaction, a write of one byte and a read of 16 joined by a repeated
 * START, over and over, and prints what it took in nanoseconds: median, 90th percentile, least, most.
 *
 *     cc -O2 -static -o round-trip round-trip.c && ./round-trip /dev/i2c-0 0x50 2000
 */
#include <fcntl.h>
#include <linux/i2c-dev.h>
#include <linux/i2c.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>

static uint64_t now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static int ascending(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
	int fd = argc == 4 ? open(argv[1], O_RDWR) : -1;
	if (fd < 0)
		return perror("round-trip BUS ADDRESS COUNT"), 1;
	uint16_t addr = strtoul(argv[2], 0, 0);
	int count = atoi(argv[3]), warm = count;
	uint64_t *took = calloc(count, sizeof *took);
	uint8_t at = 0, bytes[16];
	struct i2c_msg messages[2] = { { addr, 0, 1, &at }, { addr, I2C_M_RD, sizeof bytes, bytes } };
	struct i2c_rdwr_ioctl_data transaction = { messages, 2 };

	for (int i = -warm; i < count; i++) {
		uint64_t start = now();
		if (ioctl(fd, I2C_RDWR, &transaction) != 2)
			return perror("I2C_RDWR"), 1;
		if (i >= 0)
			took[i] = now() - start;
	}
	qsort(took, count, sizeof *took, ascending);
	printf("round-trip median %llu p90 %llu least %llu most %llu\n",
	       (unsigned long long)took[count / 2], (unsigned long long)took[count * 9 / 10],
	       (unsigned long long)took[0], (unsigned long long)took[count - 1]);
	return 0;
}

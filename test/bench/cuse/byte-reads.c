/*
 * Reads bytes by SMBus from several nodes in turn: what disturbs one of them disturbs the others. Prints a line
 * for each turn: the median of each node in ns.
 *
 *     cc -O2 -o byte-reads byte-reads.c && ./byte-reads TURNS READS NODE...
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>
#include <linux/i2c-dev.h>
#include <linux/i2c.h>

static int by_size(const void *a, const void *b)
{
	return (*(const long *)a > *(const long *)b) - (*(const long *)a < *(const long *)b);
}

static long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000L + time.tv_nsec;
}

int main(int argc, char **argv)
{
	int turns = atoi(argv[1]), reads = atoi(argv[2]), nodes = argc - 3, fd[16];
	long *times = malloc(reads * sizeof(*times));

	for (int i = 0; i < nodes; i++) {
		fd[i] = open(argv[3 + i], O_RDWR);
		if (fd[i] < 0 || ioctl(fd[i], I2C_SLAVE, 0x50) < 0) {
			perror(argv[3 + i]);
			return 1;
		}
	}
	for (int turn = 0; turn < turns; turn++) {
		printf("turn");
		for (int i = 0; i < nodes; i++) {
			for (int n = 0; n < reads; n++) {
				union i2c_smbus_data data;
				struct i2c_smbus_ioctl_data call = { I2C_SMBUS_READ, 0, I2C_SMBUS_BYTE_DATA, &data };
				long begin = now();

				if (ioctl(fd[i], I2C_SMBUS, &call) < 0) {
					perror(argv[3 + i]);
					return 1;
				}
				times[n] = now() - begin;
			}
			qsort(times, reads, sizeof(*times), by_size);
			printf(" %ld", times[reads / 2]);
		}
		printf("\n");
		fflush(stdout);
	}
	return 0;
}

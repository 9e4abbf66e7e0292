/* Writes a byte and reads two behind it by I2C_RDWR, in a loop: `i2c-ioctl /dev/i2c-N COUNT` prints the median in ns. */
#include <fcntl.h>
#include <linux/i2c-dev.h>
#include <linux/i2c.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>

static int compare(const void *a, const void *b) {
  long long x = *(const long long *)a, y = *(const long long *)b;
  return x < y ? -1 : x > y;
}

int main(int argc, char **argv) {
  int fd = open(argv[1], O_RDWR), count = atoi(argv[2]);
  long long *taken = calloc(count, sizeof *taken);
  unsigned char reg = 3, value[2];
  struct i2c_msg messages[] = {{0x48, 0, 1, &reg}, {0x48, I2C_M_RD, 2, value}};
  struct i2c_rdwr_ioctl_data call = {messages, 2};
  for (int i = 0; i < count; i++) {
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    if (ioctl(fd, I2C_RDWR, &call) != 2) return 1;
    clock_gettime(CLOCK_MONOTONIC, &to);
    taken[i] = (to.tv_sec - from.tv_sec) * 1000000000LL + to.tv_nsec - from.tv_nsec;
  }
  qsort(taken, count, sizeof *taken, compare);
  printf("%lld\n", taken[count / 2]);
  return 0;
}

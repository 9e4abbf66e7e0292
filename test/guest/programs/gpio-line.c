/*
 * One line of a GPIO chip, by Linux's character device:
 *   gpio-line LABEL LINE get          prints its value
 *   gpio-line LABEL LINE set VALUE    drives it for as long as the program runs
 *   gpio-line LABEL LINE edge         prints "waiting", then the next edge
 */
#include <fcntl.h>
#include <linux/gpio.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define CHIPS 8
#define TIMEOUT_MS 10000

static int fail(const char *what)
{
	perror(what);
	return 1;
}

static int open_chip(const char *label)
{
	for (int i = 0; i < CHIPS; i++) {
		struct gpiochip_info info;
		char path[32];
		snprintf(path, sizeof(path), "/dev/gpiochip%d", i);
		int fd = open(path, O_RDWR);
		if (fd < 0)
			continue;
		if (ioctl(fd, GPIO_GET_CHIPINFO_IOCTL, &info) == 0 && strcmp(info.label, label) == 0)
			return fd;
		close(fd);
	}
	fprintf(stderr, "no GPIO chip %s\n", label);
	exit(1);
}

int main(int argc, char **argv)
{
	if (argc < 4)
		return fail(argv[0]);
	int chip = open_chip(argv[1]);
	const char *what = argv[3];
	struct gpio_v2_line_request request = { .num_lines = 1, .consumer = "test" };
	request.offsets[0] = atoi(argv[2]);
	request.config.flags = GPIO_V2_LINE_FLAG_INPUT;
	if (strcmp(what, "edge") == 0)
		request.config.flags |= GPIO_V2_LINE_FLAG_EDGE_RISING | GPIO_V2_LINE_FLAG_EDGE_FALLING;
	if (strcmp(what, "set") == 0) {
		request.config.flags = GPIO_V2_LINE_FLAG_OUTPUT;
		request.config.num_attrs = 1;
		request.config.attrs[0].mask = 1;
		request.config.attrs[0].attr.id = GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES;
		request.config.attrs[0].attr.values = atoi(argv[4]);
	}
	if (ioctl(chip, GPIO_V2_GET_LINE_IOCTL, &request) < 0)
		return fail("GPIO_V2_GET_LINE_IOCTL");
	if (strcmp(what, "get") == 0) {
		struct gpio_v2_line_values values = { .mask = 1 };
		if (ioctl(request.fd, GPIO_V2_LINE_GET_VALUES_IOCTL, &values) < 0)
			return fail("GPIO_V2_LINE_GET_VALUES_IOCTL");
		printf("%d\n", (int)(values.bits & 1));
	}
	if (strcmp(what, "edge") == 0) {
		struct pollfd ready = { .fd = request.fd, .events = POLLIN };
		struct gpio_v2_line_event event;
		puts("waiting");
		fflush(stdout);
		if (poll(&ready, 1, TIMEOUT_MS) < 1)
			return fail("no edge");
		if (read(request.fd, &event, sizeof(event)) != sizeof(event))
			return fail("read");
		puts(event.id == GPIO_V2_LINE_EVENT_RISING_EDGE ? "rising" : "falling");
	}
	return 0;
}

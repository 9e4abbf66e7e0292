/* Sets the alarm of /dev/rtc0 to 12:00:30 on 4 March 2027, prints "armed", and "alarm" when it comes. */
#include <fcntl.h>
#include <linux/rtc.h>
#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define TIMEOUT_MS 10000

int main(void)
{
	struct rtc_wkalrm alarm = {
		.enabled = 1,
		.time = { .tm_year = 127, .tm_mon = 2, .tm_mday = 4, .tm_hour = 12, .tm_min = 0, .tm_sec = 30 },
	};
	unsigned long data = 0;
	int rtc = open("/dev/rtc0", O_RDONLY);
	struct pollfd ready = { .fd = rtc, .events = POLLIN };

	if (ioctl(rtc, RTC_WKALM_SET, &alarm) < 0) {
		perror("RTC_WKALM_SET");
		return 1;
	}
	puts("armed");
	fflush(stdout);
	if (poll(&ready, 1, TIMEOUT_MS) < 1 || read(rtc, &data, sizeof(data)) != sizeof(data) || !(data & RTC_AF)) {
		puts("no alarm");
		return 1;
	}
	puts("alarm");
	return 0;
}

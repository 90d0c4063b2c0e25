/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "process.h"
#include "proc.h"
#include "../base/clock.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static uint64_t tick_ns(void)
{
	return 1000000000ull / sysconf(_SC_CLK_TCK);
}

/* Field 22 of /proc/PID/stat, in clock ticks since boot, by the clock of tcptop's time namespace; negative: there is no such process, or /proc hides
 * it. The comm before it may contain anything, and ends at the last parenthesis. */
static int64_t start_ticks(uint32_t pid)
{
	unsigned long long ticks;
	char path[64], text[1024];
	const char *rest;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%u/stat", pid);
	fd = proc_open(path);
	n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = 0;
	rest = strrchr(text, ')');
	if (!rest || sscanf(rest + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu", &ticks) != 1)
		return -1;
	return ticks;
}

/* PID 1 may have started within the first clock tick: 1 ns then, since 0 means that there is no such process. */
uint64_t process_start_ns(uint32_t pid)
{
	int64_t ticks = start_ticks(pid);
	uint64_t start_ns = ticks < 0 ? 0 : ticks * tick_ns() - clock_boot_offset_ns();

	return ticks < 0 || start_ns ? start_ns : 1;
}

/* start_ns comes from the kernel, to the nanosecond; /proc has clock ticks. */
bool process_started_at(uint32_t pid, uint64_t start_ns)
{
	int64_t ticks = start_ticks(pid);

	return ticks >= 0 && (!start_ns || (uint64_t)ticks == (start_ns + clock_boot_offset_ns()) / tick_ns());
}

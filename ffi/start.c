/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "proc.h"
#include "handle.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static uint64_t tick_ns(void)
{
	return 1000000000ull / sysconf(_SC_CLK_TCK);
}

/* Field 22 of /proc/PID/stat, in clock ticks since boot. The name before it may hold anything but is closed by the last parenthesis. */
uint64_t process_start_ns(uint32_t pid)
{
	unsigned long long ticks = 0;
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
	if (rest)
		sscanf(rest + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu", &ticks);
	return ticks * tick_ns();
}

/* The kernel itself knows the start to the nanosecond. */
bool process_started_at(uint32_t pid, uint64_t start_ns)
{
	uint64_t found_ns = process_start_ns(pid);

	return found_ns && (!start_ns || found_ns == start_ns - start_ns % tick_ns());
}

/* SPDX-License-Identifier: MIT */
/* What this process takes up, and the clocks that its records go by. */
#define _GNU_SOURCE
#include "proc.h"
#include "../base/clock.h"
#include "../tcptop.h"

#include <stdio.h>
#include <unistd.h>

static uint64_t resident_bytes(void)
{
	char line[128];
	unsigned long long total, resident = 0;
	int fd = proc_open("self/statm");
	ssize_t n = fd < 0 ? 0 : read(fd, line, sizeof(line) - 1);

	if (fd >= 0)
		close(fd);
	line[n > 0 ? n : 0] = 0;
	if (sscanf(line, "%llu %llu", &total, &resident) != 2)
		return 0;
	return resident * sysconf(_SC_PAGESIZE);
}

void tcptop__self(uint64_t out[4])
{
	out[0] = clock_ns(CLOCK_BOOTTIME);
	out[1] = clock_ns(CLOCK_REALTIME);
	out[2] = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
	out[3] = resident_bytes();
}

/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "clock.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int64_t boot_offset_ns;

/* The file has the offsets of the namespace of its children, into which, before 6.3, exec() did not move the process itself. */
static bool is_that_of_children(void)
{
	char own[64] = "", children[64] = "";

	return readlink("/proc/self/ns/time", own, sizeof(own) - 1) > 0 &&
	       readlink("/proc/self/ns/time_for_children", children, sizeof(children) - 1) > 0 && !strcmp(own, children);
}

/* When the shim is loaded: later /proc may be out of reach. */
__attribute__((constructor)) static void boot_offset_read(void)
{
	FILE *file = is_that_of_children() ? fopen("/proc/self/timens_offsets", "re") : NULL;
	long long seconds = 0;
	long nanoseconds = 0;

	if (!file)
		return;
	if (fscanf(file, "monotonic %*d %*d boottime %lld %ld", &seconds, &nanoseconds) == 2)
		boot_offset_ns = seconds * 1000000000 + nanoseconds;
	fclose(file);
}

int64_t clock_boot_offset_ns(void)
{
	return boot_offset_ns;
}

uint64_t clock_ns(int clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec - (clock == CLOCK_BOOTTIME ? boot_offset_ns : 0);
}

bool in_time(uint64_t deadline_ns)
{
	return deadline_ns == NO_DEADLINE || clock_ns(CLOCK_MONOTONIC) < deadline_ns;
}

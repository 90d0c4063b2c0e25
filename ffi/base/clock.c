/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "clock.h"

uint64_t clock_ns(int clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

bool in_time(uint64_t deadline_ns)
{
	return deadline_ns == NO_DEADLINE || clock_ns(CLOCK_MONOTONIC) < deadline_ns;
}

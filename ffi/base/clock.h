/* SPDX-License-Identifier: MIT */
#ifndef TCPTOP_CLOCK_H
#define TCPTOP_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* What CLOCK_x says, in nanoseconds. */
uint64_t clock_ns(int clock);

/* A deadline is a time of CLOCK_MONOTONIC. */
#define NO_DEADLINE UINT64_MAX
bool in_time(uint64_t deadline_ns);

#endif

/* SPDX-License-Identifier: MIT */
#ifndef TCPTOP_CLOCK_H
#define TCPTOP_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* What CLOCK_x says, in nanoseconds; CLOCK_BOOTTIME as the kernel has it, whose times records have: without the offset of tcptop's time namespace. */
uint64_t clock_ns(int clock);

/* What CLOCK_BOOTTIME is ahead in tcptop's time namespace (time_namespaces(7)), by which /proc/PID/stat goes; 0 in the first one. */
int64_t clock_boot_offset_ns(void);

/* A deadline is a time of CLOCK_MONOTONIC. */
#define NO_DEADLINE UINT64_MAX
bool in_time(uint64_t deadline_ns);

#endif

/* SPDX-License-Identifier: MIT */
#ifndef TCPTOP_COUNTERS_SUM_H
#define TCPTOP_COUNTERS_SUM_H

#include <stdint.h>

/* The sums over all CPUs of the first length values of a per-CPU array. A negative map_fd has none: all 0. */
void counters_sum(int map_fd, uint64_t *sums, uint32_t length);

/* Whether they can be read: 0 or negative errno. */
int counters_try(int map_fd);

#endif

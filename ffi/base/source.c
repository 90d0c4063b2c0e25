/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "source.h"

#include <time.h>

int source_sleep(struct source *s, int timeout_ms)
{
	(void)s;
	nanosleep(&(struct timespec){ .tv_sec = timeout_ms / 1000, .tv_nsec = timeout_ms % 1000 * 1000000l }, NULL);
	return 0;
}

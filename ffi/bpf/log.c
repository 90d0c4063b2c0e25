/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <bpf/libbpf.h>

static _Thread_local struct failure *logged;

static int log_line(enum libbpf_print_level level, const char *format, va_list args)
{
	size_t used;

	if (level != LIBBPF_WARN || !logged)
		return 0;
	used = strlen(logged->log);
	return vsnprintf(logged->log + used, sizeof(logged->log) - used, format, args);
}

void log_start(struct failure *f)
{
	logged = f;
	f->log[0] = 0;
	libbpf_set_print(log_line);
}

void log_end(const struct failure *f)
{
	if (logged == f)
		logged = NULL;
}

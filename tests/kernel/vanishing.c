// clang -O2 -Wall -Wextra -Werror -shared -fPIC -o vanishing.so vanishing.c
// LD_PRELOAD=vanishing.so COMMAND...: whatever is called `vanishing` ends, for COMMAND, after /proc/PID/comm was read and before
// /proc/PID/status is.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int is_called(const char *path, const char *name)
{
	char comm[64], text[32] = "";
	FILE *file;
	int pid, end = 0;

	if (sscanf(path, "%d/status%n", &pid, &end) != 1 || !end || path[end])
		return 0;
	snprintf(comm, sizeof(comm), "/proc/%d/comm", pid);
	file = fopen(comm, "r");
	if (!file)
		return 0;
	if (!fgets(text, sizeof(text), file))
		text[0] = 0;
	fclose(file);
	return !strncmp(text, name, strlen(name));
}

// By its number, relative to /proc.
int openat(int folder, const char *path, int flags, ...)
{
	int (*next)(int, const char *, int, ...) = dlsym(RTLD_NEXT, "openat");
	va_list list;
	int mode;

	va_start(list, flags);
	mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(list, int) : 0;
	va_end(list);
	if (is_called(path, "vanishing")) {
		errno = ENOENT;
		return -1;
	}
	return next(folder, path, flags, mode);
}

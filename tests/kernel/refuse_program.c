// clang -O2 -Wall -Wextra -Werror -shared -fPIC -o refuse_program.so refuse_program.c
// REFUSE=NAME LD_PRELOAD=refuse_program.so COMMAND...: its bpf(2) loads the program of that name and refuses to attach it.
// REFUSE_LOAD=NAME: refuses to load it.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

static long refused_fd = -1;

long syscall(long number, ...)
{
	long (*next)(long, ...) = dlsym(RTLD_NEXT, "syscall"), a[6], result;
	const char *name = getenv("REFUSE"), *unloaded = getenv("REFUSE_LOAD");
	const union bpf_attr *attr;
	va_list list;

	va_start(list, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(list, long);
	va_end(list);
	attr = (const union bpf_attr *)a[1];
	if (number == SYS_bpf && a[0] == BPF_PROG_LOAD && unloaded && !strncmp(attr->prog_name, unloaded, BPF_OBJ_NAME_LEN - 1)) {
		errno = EINVAL;
		return -1;
	}
	if (number == SYS_bpf && a[0] == BPF_LINK_CREATE && refused_fd >= 0 && attr->link_create.prog_fd == refused_fd) {
		errno = EINVAL;
		return -1;
	}
	result = next(number, a[0], a[1], a[2], a[3], a[4], a[5]);
	if (number == SYS_bpf && a[0] == BPF_PROG_LOAD && result >= 0 && name && !strncmp(attr->prog_name, name, BPF_OBJ_NAME_LEN - 1))
		refused_fd = result;
	else if (number == SYS_bpf && result >= 0 && result == refused_fd)
		refused_fd = -1; // closed since, and used again
	return result;
}

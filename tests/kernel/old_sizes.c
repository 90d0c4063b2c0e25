// clang -O2 -Wall -Wextra -Werror -shared -fPIC -o old_sizes.so old_sizes.c
// LD_PRELOAD=old_sizes.so COMMAND...: its bpf(2) knows structures as short as those of Linux 5.12, and answers E2BIG to longer ones, zero
// behind that or not. A program that walks over socket storage loads and attaches by word alone where this kernel is hardened against it.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

// sizeof(union bpf_attr) and sizeof(union bpf_iter_link_info) in include/uapi/linux/bpf.h of 5.12.
#define ATTR_BYTES 120
#define ITER_INFO_BYTES 4

static long answer(int error)
{
	errno = error;
	return -1;
}

static int is_zero(const uint8_t *data, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (data[i])
			return 0;
	return 1;
}

long syscall(long number, ...)
{
	long (*next)(long, ...) = dlsym(RTLD_NEXT, "syscall"), a[6], result;
	const union bpf_attr *attr;
	va_list list;

	va_start(list, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(list, long);
	va_end(list);
	attr = (const union bpf_attr *)a[1];
	if (number == SYS_bpf && a[2] > ATTR_BYTES && !is_zero((const uint8_t *)attr + ATTR_BYTES, a[2] - ATTR_BYTES))
		return answer(E2BIG);
	if (number == SYS_bpf && a[0] == BPF_LINK_CREATE && attr->link_create.attach_type == BPF_TRACE_ITER &&
	    attr->link_create.iter_info_len > ITER_INFO_BYTES)
		return answer(E2BIG);
	result = next(number, a[0], a[1], a[2], a[3], a[4], a[5]);
	if (number != SYS_bpf || result >= 0)
		return result;
	if (a[0] == BPF_PROG_LOAD && errno == EPERM && attr->expected_attach_type == BPF_TRACE_ITER)
		return open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (a[0] == BPF_LINK_CREATE && errno == EINVAL && attr->link_create.attach_type == BPF_TRACE_ITER)
		return open("/dev/null", O_RDONLY | O_CLOEXEC);
	return result;
}

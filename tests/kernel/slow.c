// clang -O2 -Wall -Wextra -Werror -shared -fPIC -o slow.so slow.c
// SLOW=FILE LD_PRELOAD=slow.so COMMAND...: once FILE is there, a look at what a descriptor is takes 20 ms, a piece of a dump 700 ms, and
// iterators pause every 100 ms for ten seconds: as on a machine with millions of sockets and descriptors. Once FILE.search is there, a look
// at a network namespace takes 200 ms.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PAUSES 100

static int is_slow(void)
{
	const char *file = getenv("SLOW");

	return file && !access(file, F_OK);
}

int openat(int folder, const char *path, int flags, ...)
{
	int (*next)(int, const char *, int, int) = dlsym(RTLD_NEXT, "openat");
	char search[256];
	va_list list;
	int mode;

	va_start(list, flags);
	mode = flags & O_CREAT ? va_arg(list, int) : 0;
	va_end(list);
	snprintf(search, sizeof(search), "%s.search", getenv("SLOW") ? getenv("SLOW") : "");
	if (strstr(path, "/ns/net") && !access(search, F_OK))
		usleep(200000);
	return next(folder, path, flags, mode);
}

ssize_t readlinkat(int folder, const char *path, char *target, size_t size)
{
	ssize_t (*next)(int, const char *, char *, size_t) = dlsym(RTLD_NEXT, "readlinkat");

	if (folder != AT_FDCWD && is_slow())
		usleep(20000);
	return next(folder, path, target, size);
}

ssize_t recv(int fd, void *buffer, size_t size, int flags)
{
	ssize_t (*next)(int, void *, size_t, int) = dlsym(RTLD_NEXT, "recv");
	ssize_t length = next(fd, buffer, size, flags);
	const struct nlmsghdr *header = buffer;
	int domain = 0;
	socklen_t bytes = sizeof(domain);

	getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &bytes);
	if (domain == AF_NETLINK && length >= (ssize_t)sizeof(*header) && header->nlmsg_flags & NLM_F_MULTI && is_slow())
		usleep(700000);
	return length;
}

static int is_iterator(int fd)
{
	char path[64], target[64] = "";

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return readlink(path, target, sizeof(target) - 1) > 0 && strstr(target, "bpf_iter");
}

ssize_t read(int fd, void *buffer, size_t size)
{
	ssize_t (*next)(int, void *, size_t) = dlsym(RTLD_NEXT, "read");
	static _Thread_local int last = -1, pauses;

	if (!is_slow() || !is_iterator(fd))
		return next(fd, buffer, size);
	if (fd != last)
		pauses = 0;
	last = fd;
	if (pauses++ >= PAUSES) {
		pauses = 0;
		return next(fd, buffer, size);
	}
	usleep(100000);
	errno = EAGAIN;
	return -1;
}

/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "proc.h"
#include "../tcptop.h"

#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

static int folder = -1;

int proc_fd(void)
{
	int none = -1, fd = __atomic_load_n(&folder, __ATOMIC_ACQUIRE);

	if (fd >= 0)
		return fd;
	fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || __atomic_compare_exchange_n(&folder, &none, fd, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		return fd;
	close(fd); /* another thread was first */
	return none;
}

int proc_open(const char *path)
{
	return openat(proc_fd(), path, O_RDONLY | O_CLOEXEC);
}

DIR *proc_folder(const char *path)
{
	int fd = openat(proc_fd(), path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir && fd >= 0)
		close(fd);
	return dir;
}

#define FIRST_PID_NAMESPACE 0xEFFFFFFCu /* PROC_PID_INIT_INO, include/linux/proc_ns.h */

uint64_t pid_namespace(void)
{
	struct stat file;

	if (fstatat(proc_fd(), "self/ns/pid", &file, 0) || file.st_ino == FIRST_PID_NAMESPACE)
		return 0;
	return file.st_ino;
}

int32_t tcptop__sees_all_processes(void)
{
	return !pid_namespace();
}

/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "proc.h"
#include "tcptop.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int folder = -1;

static void folder_open(void)
{
	folder = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
}

int proc_fd(void)
{
	pthread_once(&once, folder_open);
	return folder;
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

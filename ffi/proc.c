/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "proc.h"

#include <fcntl.h>
#include <pthread.h>
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

/* SPDX-License-Identifier: MIT */
/* Where the cgroup v2 hierarchy begins: /sys/fs/cgroup, on hybrid systems /sys/fs/cgroup/unified, or nowhere. */
#define _GNU_SOURCE
#include "cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/mount.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ROOT_INODE 1 /* kernfs_create_root(): the first node of a hierarchy has the id 1 */

bool cgroup_is_root(int fd)
{
	struct stat file;

	return !fstat(fd, &file) && file.st_ino == ROOT_INODE;
}

/* mangle_path() writes blanks and backslashes as \ooo. */
static void unescape(char *path)
{
	char *to = path;

	for (; *path; path++) {
		unsigned code;

		if (*path == '\\' && sscanf(path + 1, "%3o", &code) == 1) {
			*to++ = code;
			path += 3;
		} else {
			*to++ = *path;
		}
	}
	*to = 0;
}

/* A cgroup2 mount from one line of mountinfo, "id parent major:minor root mountpoint options ... - type source ...". */
static int open_mount(const char *line)
{
	char path[PATH_MAX];
	const char *type = strstr(line, " - ");

	if (!type || strncmp(type, " - cgroup2 ", 11) || sscanf(line, "%*s %*s %*s %*s %4095s", path) != 1)
		return -1;
	unescape(path);
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int open_any_mount(void)
{
	FILE *mounts = fopen("/proc/self/mountinfo", "re");
	char *line = NULL;
	size_t capacity = 0;
	int best = -1;

	while (mounts && getline(&line, &capacity, mounts) > 0 && (best < 0 || !cgroup_is_root(best))) {
		int fd = open_mount(line);

		if (fd >= 0 && best >= 0)
			close(best);
		best = fd >= 0 ? fd : best;
	}
	free(line);
	if (mounts)
		fclose(mounts);
	return best;
}

/* fsmount() attaches the mount to no path: there is nothing to unmount, however tcptop ends. Since 5.2. */
static int open_private_mount(void)
{
	int context = syscall(SYS_fsopen, "cgroup2", FSOPEN_CLOEXEC), fd = -1, err = errno;

	if (context < 0)
		return -err;
	if (!syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		fd = syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, 0);
	err = errno;
	close(context);
	return fd < 0 ? -err : fd;
}

int cgroup_root_open(void)
{
	int mounted = open_any_mount(), own;

	if (mounted >= 0 && cgroup_is_root(mounted))
		return mounted;
	own = open_private_mount();
	if (mounted < 0)
		return own;
	if (own < 0 || !cgroup_is_root(own)) {
		if (own >= 0)
			close(own);
		return mounted;
	}
	close(mounted);
	return own;
}

/* SPDX-License-Identifier: MIT */
/* Which cgroup an id is, and which cgroups a process is in. */
#define _GNU_SOURCE
#include "cgroup.h"
#include "proc.h"
#include "process.h"
#include "../base/bytes.h"
#include "../tcptop.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DEPTH_MAX 64          /* cgroup.max.depth has no limit of its own; paths here have */
#define CGROUPS_MAX (1 << 20)

struct walk {
	struct bytes text;
	char path[PATH_MAX];
	uint32_t count;
	int err;
};

static void line_append(struct walk *w, uint64_t id, const char *path)
{
	const size_t most = strlen(path) + 24;

	if (w->err || (w->err = bytes_reserve(&w->text, most)))
		return;
	w->text.length += snprintf((char *)w->text.data + w->text.length, most, "%" PRIu64 " %s\n", id, path);
	w->err = ++w->count < CGROUPS_MAX ? 0 : -E2BIG;
}

/* On 64-bit kernels since 5.5 the inode number that readdir() gives is the cgroup's id (kernfs_ino()). A name has no newline in
 * it: cgroup_mkdir() refuses that. Closes fd. */
static void walk_below(struct walk *w, int fd, size_t length, int depth)
{
	DIR *dir = fdopendir(fd);
	struct dirent *entry;

	if (!dir)
		close(fd);
	while (dir && !w->err && (entry = readdir(dir))) {
		size_t name = strlen(entry->d_name);
		int child;

		if (entry->d_type != DT_DIR || !strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..") ||
		    length + name + 2 > sizeof(w->path))
			continue;
		w->path[length] = '/';
		memcpy(w->path + length + 1, entry->d_name, name + 1);
		line_append(w, entry->d_ino, w->path);
		child = depth < DEPTH_MAX ? openat(dirfd(dir), entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
		if (child >= 0) /* else it is gone or may not be read: its children are left out */
			walk_below(w, child, length + 1 + name, depth + 1);
	}
	if (dir)
		closedir(dir);
}

int32_t cgroups_list(int root, uint8_t *buffer, uint32_t capacity)
{
	struct walk w = {};
	int fd = root < 0 ? -1 : openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int32_t length;

	if (fd < 0)
		return 0;
	walk_below(&w, fd, 0, 0);
	length = w.text.length;
	if (length && (uint32_t)length <= capacity)
		memcpy(buffer, w.text.data, length);
	bytes_free(&w.text);
	return length;
}

int32_t tcptop__process_cgroups(uint32_t pid, uint64_t start_ns, uint8_t *buffer, uint32_t capacity)
{
	char path[64];
	uint32_t used = 0;
	ssize_t n = 1;
	int fd;

	snprintf(path, sizeof(path), "%u/cgroup", pid);
	fd = proc_open(path);
	if (fd < 0)
		return 0;
	for (; used < capacity && n > 0; used += n > 0 ? n : 0)
		n = read(fd, buffer + used, capacity - used);
	close(fd);
	/* After reading: if the process has this start now, it had it when the file was read. */
	return n == 0 && process_started_at(pid, start_ns) ? (int32_t)used : 0;
}

/* SPDX-License-Identifier: MIT */
/* A cgroup that is made for a command, below the one that this process is in. */
#define _GNU_SOURCE
#include "cgroup.h"
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define NAMES_TRIED 100
#define PATIENCE_MS 1000
#define DEPTH_MAX 64

/* The cgroup of version 2 that this process is in, relative to the hierarchy's root; "." for that itself. False: not known. */
static bool own_path(char path[PATH_MAX])
{
	char text[PATH_MAX + 256], *line;
	int fd = proc_open("self/cgroup");
	ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	if (length <= 0)
		return false;
	text[length] = 0;
	line = strncmp(text, "0::/", 4) ? strstr(text, "\n0::/") : text - 1;
	if (!line)
		return false;
	line += 5;
	line[strcspn(line, "\n")] = 0;
	snprintf(path, PATH_MAX, "%s", *line ? line : ".");
	return true;
}

static int open_folder(int at, const char *path)
{
	int fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* Into c->folder and c->name. */
static int make_below(struct cgroup_new *c, int parent)
{
	for (int i = 0; i < NAMES_TRIED; i++) {
		snprintf(c->name, sizeof(c->name), i ? "tcptop-run-%d.%d" : "tcptop-run-%d", getpid(), i);
		if (!mkdirat(parent, c->name, 0755))
			return (c->folder = open_folder(parent, c->name)) < 0 ? c->folder : 0;
		if (errno != EEXIST)
			return -errno;
	}
	return -EEXIST;
}

int cgroup_make(struct cgroup_new *c)
{
	int root = cgroup_root_open(), err;
	char path[PATH_MAX];
	struct stat file;

	*c = (struct cgroup_new){ .folder = -1, .parent = -1, .home = -1 };
	if (root < 0)
		return root;
	c->home = own_path(path) ? open_folder(root, path) : -ENOENT;
	if (c->home < 0)
		c->home = open_folder(root, ".");
	c->parent = c->home < 0 ? -1 : fcntl(c->home, F_DUPFD_CLOEXEC, 0);
	err = c->parent < 0 ? -errno : make_below(c, c->parent);
	if (err && c->parent >= 0 && !make_below(c, root)) {
		close(c->parent);
		c->parent = fcntl(root, F_DUPFD_CLOEXEC, 0);
		err = 0;
	}
	close(root);
	if (!err)
		err = fstat(c->folder, &file) ? -errno : 0;
	if (err)
		cgroup_close(c);
	else
		c->id = file.st_ino;
	return err;
}

void cgroup_close(struct cgroup_new *c)
{
	int *fds[] = { &c->folder, &c->parent, &c->home };

	for (size_t i = 0; i < sizeof(fds) / sizeof(*fds); i++) {
		if (*fds[i] >= 0)
			close(*fds[i]);
		*fds[i] = -1;
	}
}

int cgroup_enter(int folder, pid_t pid)
{
	int fd = openat(folder, "cgroup.procs", O_WRONLY | O_CLOEXEC), err = 0;
	char text[16];

	if (fd < 0)
		return -errno;
	if (write(fd, text, snprintf(text, sizeof(text), "%d", pid)) < 0)
		err = -errno;
	close(fd);
	return err;
}

/* What is in it goes back to where it would have been. Returns how many processes. */
static int move_home(const struct cgroup_new *c)
{
	char text[4096];
	int fd = openat(c->folder, "cgroup.procs", O_RDONLY | O_CLOEXEC), moved = 0;
	ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	text[length > 0 ? length : 0] = 0;
	for (char *at = text, *end; length > 0 && *at; at = end + 1) {
		long pid = strtol(at, &end, 10);

		if (*end != '\n')
			break; /* cut: the next round has it */
		if (pid > 0 && !cgroup_enter(c->home, pid))
			moved++;
	}
	return moved;
}

struct entry {
	uint64_t inode;
	int64_t next;
	unsigned short size;
	unsigned char type;
	char name[];
};

/* Removes what the command has made and left empty. opendir() would allocate memory, which a process that was forked from one with threads
 * must not. */
static void remove_below(int folder, int depth)
{
	char buffer[2048] __attribute__((aligned(8)));
	long length;

	while (depth < DEPTH_MAX && (length = syscall(SYS_getdents64, folder, buffer, sizeof(buffer))) > 0) {
		for (long at = 0; at < length;) {
			struct entry *entry = (struct entry *)(buffer + at);
			int child;

			at += entry->size;
			if (entry->type != 4 /* DT_DIR */ || !strcmp(entry->name, ".") || !strcmp(entry->name, ".."))
				continue;
			child = openat(folder, entry->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
			if (child >= 0) {
				remove_below(child, depth + 1);
				close(child);
			}
			unlinkat(folder, entry->name, AT_REMOVEDIR);
		}
	}
}

int cgroup_remove(const struct cgroup_new *c)
{
	const struct timespec moment = { .tv_nsec = 10000000 };
	int moved = 0;

	for (int ms = 0; ms < PATIENCE_MS; ms += 10) {
		if (!unlinkat(c->parent, c->name, AT_REMOVEDIR))
			return moved;
		moved += move_home(c);
		lseek(c->folder, 0, SEEK_SET);
		remove_below(c->folder, 0);
		nanosleep(&moment, NULL);
	}
	return -EBUSY;
}

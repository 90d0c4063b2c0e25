/* SPDX-License-Identifier: MIT */
/* Visiting every network namespace. The visits are made on a thread of their own: setns() moves only the thread that calls
 * it, and that thread then ends. */
#define _GNU_SOURCE
#include "namespaces.h"
#include "proc.h"
#include "process.h"
#include "../base/clock.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct visit {
	bool (*is_wanted)(void *, uint64_t);
	int (*enter)(void *, uint64_t);
	void *context;
	ino_t *seen;
	size_t count;
	size_t capacity;
	int err;
	uint32_t missed;
	uint64_t deadline_ns;
};

static bool visited(struct visit *v, ino_t inode)
{
	for (size_t i = 0; i < v->count; i++)
		if (v->seen[i] == inode)
			return true;
	if (v->count == v->capacity) {
		size_t capacity = v->capacity ? v->capacity * 2 : 64;
		ino_t *seen = realloc(v->seen, capacity * sizeof(*seen));

		if (!seen) {
			v->err = -ENOMEM;
			return true;
		}
		v->seen = seen;
		v->capacity = capacity;
	}
	v->seen[v->count++] = inode;
	return false;
}

/* A namespace that is gone, or may not be entered, is left out. The first one visited is tcptop's own: no setns(), which would need a privilege. False: there
 * is none. */
static bool visit_namespace(struct visit *v, int folder, const char *path)
{
	struct stat file;
	int fd = openat(folder, path, O_RDONLY | O_CLOEXEC);

	/* Other errors, such as ENOENT and EACCES, are not counted as missed. */
	if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM))
		v->missed++;
	if (fd < 0)
		return errno != ENOENT;
	if (!fstat(fd, &file) && !visited(v, file.st_ino) && (!v->is_wanted || v->is_wanted(v->context, file.st_ino)) &&
	    (v->count == 1 || !setns(fd, CLONE_NEWNET))) {
		int err = v->enter(v->context, file.st_ino);

		v->err = v->err ? v->err : err;
	}
	close(fd);
	return true;
}

/* That of a process whose first thread has exited; a zombie has none. */
static void visit_thread(struct visit *v, uint32_t tgid)
{
	uint32_t thread = process_thread(tgid);
	char path[32];

	snprintf(path, sizeof(path), "%u/ns/net", thread);
	if (thread != tgid)
		visit_namespace(v, proc_fd(), path);
}

/* Each entry of dir, with `rest` behind its name. */
static void visit_each(struct visit *v, DIR *dir, const char *rest, bool numbers)
{
	struct dirent *entry;
	char path[PATH_MAX];

	while (dir && v->err != -ETIME && (entry = readdir(dir))) {
		if (numbers ? entry->d_name[0] < '0' || entry->d_name[0] > '9' : entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s%s", entry->d_name, rest);
		if (!visit_namespace(v, dirfd(dir), path) && numbers)
			visit_thread(v, strtoul(entry->d_name, NULL, 10));
		if (!in_time(v->deadline_ns))
			v->err = -ETIME;
	}
	if (dir)
		closedir(dir);
}

static void *visit_all(void *context)
{
	struct visit *v = context;

	visit_namespace(v, proc_fd(), "self/ns/net"); /* first: no other has been entered yet */
	visit_each(v, proc_folder("."), "/ns/net", true);
	visit_each(v, opendir("/run/netns"), "", false);
	return NULL;
}

int namespaces_visit(bool (*is_wanted)(void *, uint64_t), int (*enter)(void *, uint64_t), void *context, uint32_t *missed,
		     uint64_t deadline_ns)
{
	struct visit v = { .is_wanted = is_wanted, .enter = enter, .context = context, .deadline_ns = deadline_ns };
	pthread_t thread;
	int err = pthread_create(&thread, NULL, visit_all, &v);

	if (err)
		return -err;
	pthread_join(thread, NULL);
	free(v.seen);
	if (missed)
		*missed += v.missed;
	return v.err;
}

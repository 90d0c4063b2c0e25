/* SPDX-License-Identifier: MIT */
/* The cgroup v2 hierarchy. */
#ifndef TCPTOP_CGROUP_H
#define TCPTOP_CGROUP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* A descriptor of the hierarchy's root: where it is mounted, else of a private mount that is attached nowhere and ends
 * with the descriptor. Negative errno if the kernel has none. */
int cgroup_root_open(void);

/* Whether fd is the root for the whole system, not only for a cgroup namespace or a mounted part. */
bool cgroup_is_root(int fd);

/* A line "ID PATH" for each cgroup below root, a descriptor; negative: none. As tcptop__cgroups(). */
int32_t cgroups_list(int root, uint8_t *buffer, uint32_t capacity);

/* One that was made. All descriptors are of folders; -1: none. */
struct cgroup_new {
	int folder;          /* itself */
	int parent;          /* the one it was made in */
	int home;            /* the one that its processes would be in otherwise */
	uint64_t id;
	char name[40];
};

/* Makes one in the cgroup that this process is in, or else in the hierarchy's root. 0 or negative errno: c holds nothing then. */
int cgroup_make(struct cgroup_new *c);
void cgroup_close(struct cgroup_new *c);

/* pid 0: this process. 0 or negative errno. The next two are async-signal-safe. */
int cgroup_enter(int folder, pid_t pid);

/* Moves the processes that are still in it home, and removes it. Returns how many those were, or -EBUSY after a second: there are processes
 * in cgroups below it. */
int cgroup_remove(const struct cgroup_new *c);

#endif

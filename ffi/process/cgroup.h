/* SPDX-License-Identifier: MIT */
/* The cgroup v2 hierarchy. */
#ifndef TCPTOP_CGROUP_H
#define TCPTOP_CGROUP_H

#include <stdbool.h>
#include <stdint.h>

/* A descriptor of the hierarchy's root: where it is mounted, else of a private mount that is attached nowhere and ends
 * with the descriptor. Negative errno if the kernel has none. */
int cgroup_root_open(void);

/* Whether fd is the root for the whole system, not only for a cgroup namespace or a mounted part. */
bool cgroup_is_root(int fd);

/* A line "ID PATH" for each cgroup below root, a descriptor; negative: none. As tcptop__cgroups(). */
int32_t cgroups_list(int root, uint8_t *buffer, uint32_t capacity);

#endif

/* SPDX-License-Identifier: MIT */
/* The kernel's table of connections of one network namespace, by sockets that were made in it. */
#ifndef TCPTOP_CONNTRACK_TABLE_H
#define TCPTOP_CONNTRACK_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "../base/bytes.h"

struct table {
	uint32_t netns;      /* inode number */
	int request_fd;
	int event_fd;        /* -1: not watched */
	bool tells;          /* the kernel tells of new entries here: net.netfilter.nf_conntrack_events */
	bool is_stale;       /* events were lost: it must be dumped again */
	uint32_t sequence;
	uint64_t due_ns;     /* no look before that, CLOCK_MONOTONIC */
};

/* Makes the request socket, in the namespace of the calling thread. 0 or negative errno. */
int table_open(struct table *t, uint32_t netns, bool tells);
void table_close(struct table *t);

/* How many entries the table has, or negative errno: EPERM without CAP_NET_ADMIN. */
int64_t table_entries(struct table *t, uint64_t deadline_ns);

/* Appends a record of each translation that there is, behind one that takes back what was told before; from now on the table is watched: many
 * connections without a translation cost a look once, and each that opens a message that the filter refuses. 0 or negative errno. Without one to take
 * back, and none that there is, nothing is appended. */
int table_look(struct table *t, struct bytes *to, uint64_t deadline_ns);

/* Moves what events there are to buffer, as whole records. Returns bytes. */
uint32_t table_events(struct table *t, uint8_t *buffer, uint32_t capacity);

#endif

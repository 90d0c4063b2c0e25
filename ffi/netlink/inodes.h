/* SPDX-License-Identifier: MIT */
/* The sockets in the order of their inode numbers, for the look-ups of one owner pass. */
#ifndef TCPTOP_INODES_H
#define TCPTOP_INODES_H

#include "sockets.h"

struct entry {
	uint32_t inode;
	struct socket_entry *socket;
};

struct index {
	struct entry *entries;
	size_t count;
};

/* False when out of memory. */
bool index_make(struct index *index, const struct socket_table *table);
/* The first entry with an inode at or above this one. Several may have the same: the subflows of an MPTCP socket have its inode
 * (mptcp_sock_graft()). */
size_t index_find(const struct index *index, uint32_t inode);

#endif

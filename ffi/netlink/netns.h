/* SPDX-License-Identifier: MIT */
/* The system calls on the two sockets of one network namespace. */
#ifndef TCPTOP_NETNS_H
#define TCPTOP_NETNS_H

#include "diag.h"
#include "listeners.h"

#define DESTROYED_MOST 64 /* destroy messages in one recvmmsg() */

/* One network namespace, by two netlink sockets that were made in it: one for requests, one that is in the destroy groups. */
struct netns {
	uint64_t inode;        /* of the namespace; 0: this element is not in use */
	uint32_t seen;         /* number of the last search for namespaces that met it */
	int request_fd;
	int destroy_fd;          /* negative: the kernel refuses the groups, or they are not wanted */
	bool is_dumped;        /* there has been a dump of it that did not fail */
	bool is_stale;         /* its last dump failed, so a socket that is missing from it may still be there */
	uint32_t unfinished;   /* nlmsg_seq of a dump that was not read to its end; 0: none */
	uint32_t dropped;      /* destroy messages that the kernel could not queue: SK_MEMINFO_DROPS of destroy_fd */
	struct listeners listeners;
};

/* 0 or negative errno. */
int netns_open(struct netns *s, bool destroy_groups);
void netns_close(struct netns *s);
/* Reads destroy messages that have come in, at most `most`. Returns how many. */
int netns_read_destroyed(struct netns *s, uint8_t *buffer, size_t each_bytes, struct diag_message *messages, int most);
/* Messages that the kernel dropped since the last call. */
uint32_t netns_dropped(struct netns *s);

#endif

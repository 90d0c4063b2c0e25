/* SPDX-License-Identifier: MIT */
/* The system calls on the two sockets of one network namespace. */
#ifndef TCPTOP_SPACE_H
#define TCPTOP_SPACE_H

#include "diag.h"
#include "listeners.h"

#define FAREWELLS_MOST 64 /* a read */

/* One network namespace: a socket that asks, and one that listens. Both stay in the namespace they were made in. */
struct space {
	uint64_t inode;        /* 0: free */
	uint32_t seen;         /* number of the last search for namespaces that met it */
	int ask;
	int farewell;          /* -1: not permitted */
	bool is_stale;         /* its last dump failed: what it did not show may be there all the same */
	uint32_t unfinished;   /* sequence of a dump that was not read to its end; 0: none */
	uint32_t dropped;      /* messages that the kernel could not queue, SK_MEMINFO_DROPS of farewell */
	struct listeners listeners;
};

/* 0 or negative errno. */
int space_open(struct space *s, bool farewells);
void space_close(struct space *s);
/* Reads farewells that have come in, at most `most`. Returns how many messages. */
int space_farewells(struct space *s, uint8_t *buffer, size_t each_bytes, struct diag_message *messages, int most);
/* Messages that the kernel dropped since the last call. */
uint32_t space_dropped(struct space *s);

#endif

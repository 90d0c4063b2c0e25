/* SPDX-License-Identifier: MIT */
/* The interface of a source of records. eBPF (bpf/) and netlink (netlink/) each implement it: their struct begins with struct source. They know
 * neither the handle nor each other. */
#ifndef TCPTOP_SOURCE_H
#define TCPTOP_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "bytes.h"
#include "../../bpf/record.h"

struct source;

/* The arguments of a snapshot. */
struct request {
	uint64_t begin_ns;    /* CLOCK_BOOTTIME */
	uint64_t deadline_ns; /* CLOCK_MONOTONIC; by then it is cut short */
	bool look;            /* run an owner pass even if no socket without an owner has appeared */
	bool changes;         /* connections of which nothing has changed may be left out (FEATURE_CHANGES) */
};

/* What a source still needs after root has been given up, to take snapshots. */
struct needs {
	uint64_t capabilities; /* bits, 1 << CAP_x */
	bool namespaces;       /* setns() */
};

struct source_calls {
	/* 1: records have come in that should be drained, 0: timeout_ms have passed, or wake() was called; or negative errno. */
	int (*wait)(struct source *s, int timeout_ms);
	/* Ends a wait that is under way, or else the next one. Any thread. NULL: waits are short. */
	void (*wake)(struct source *s);
	/* Where it fills_up: makes room. 0 or negative errno. */
	int (*relieve)(struct source *s);
	/* Moves whole records, oldest first, to buffer. Returns bytes; 0: there are no more. */
	int32_t (*drain)(struct source *s, uint8_t *buffer, uint32_t capacity);
	/* Appends a record of everything that is live. What could not be read is counted in errors. */
	void (*snapshot)(struct source *s, const struct request *r, struct bytes *to);
	/* Where it is apart: whether a snapshot would append nothing. Asked on any thread, which saves waking the one that has what a snapshot takes.
	 * NULL: that is not known. */
	bool (*rests)(struct source *s);
	/* After each snapshot: adds its counters of lost and untracked things since the start to the tick's. */
	void (*count)(struct source *s, struct tcptop_tick *tick);
	/* The next snapshot has a full record of every socket. NULL: every snapshot has. */
	void (*describe_again)(struct source *s);
	struct needs (*needs)(struct source *s);
	void (*free)(struct source *s);
};

struct source {
	const struct source_calls *calls;
	int longest_wait_ms; /* between two drains */
	bool ends_waits;     /* wait() ends when much has come in */
	bool has_tcp;
	bool apart;       /* after tcptop__drop(): it needs what one thread has kept */
	bool fills_up;    /* a table of it may fill up between two snapshots: relieve() is called before each drain() */
	int64_t syn_recv; /* as tcptop__syn_recv() has it; -1 without TCP */
	uint64_t errors;  /* parts of snapshots that could not be read, or were cut short */
};

/* For a source that has nothing to wake a waiting thread: a wait that lasts timeout_ms. */
int source_sleep(struct source *s, int timeout_ms);

#endif

/* SPDX-License-Identifier: MIT */
/* What the calls of tcptop.h share. */
#ifndef TCPTOP_HANDLE_H
#define TCPTOP_HANDLE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "bpf/ring.h"
#include "tcptop.h"
#include "../bpf/record.h"
#include "../bpf/shared.h"

#define LOG_BYTES 4096

struct bytes {
	uint8_t *data;
	size_t length;
	size_t capacity;
	size_t read;
};

struct udp;

struct tcptop {
	struct bpf_object *tcp;
	struct bpf_link *state;
	struct bpf_link *state_again; /* see bpf/lifecycle.h */
	struct bpf_link *destroyed;
	struct bpf_link *owners;
	struct bpf_link *orphans;
	struct bpf_link *sockets;
	struct bpf_link *udp_settled;
	struct bpf_link *udp_settled_kernel; /* with is_table alone */
	struct bpf_link *witness; /* with is_table, and a cgroup v2 hierarchy */
	bool is_table; /* sockets are in bpf/table.h, not in their own storage */
	struct tcptop_tcp_shared *shared; /* the programs' .bss, mapped */
	size_t shared_bytes;
	struct ring ring;
	int counters_fd;
	struct udp *udp; /* NULL: not loaded */
	int cgroup_fd; /* root of the cgroup v2 hierarchy, or as near to it as we get; negative: none */
	uint64_t weak_owners_seen; /* of shared->weak_owners, at the last owner pass */
	uint64_t snapshot_errors;
	uint64_t snapshot_deadline_ns; /* CLOCK_MONOTONIC; by then it is cut short */
	struct reader *reader;   /* not NULL: the thread that may still read what others may not */
	struct netlink *listing; /* not NULL: UDP sockets are listed from there, beside TCP by eBPF */
	struct netlink *netlink; /* not NULL: TCP comes from there, and the BPF fields above are not set. Neither: UDP alone is seen */
	struct bytes snapshot;
	int64_t syn_recv; /* as tcptop__syn_recv() has it */
	char stage[96];
	char log[LOG_BYTES];
};

/* Records the failure and returns -err. The log is what libbpf said since log_start(). */
int32_t fail(struct tcptop *t, int err, const char *stage);

/* Makes libbpf's warnings go to the handle. libbpf has one global printer: loads of two handles must not overlap. */
void log_start(struct tcptop *t);

/* Room for more bytes after length, or -ENOMEM. */
int bytes_reserve(struct bytes *b, size_t more);

/* Attaches an iterator program; map_fd: the map whose elements it goes over, negative: none. NULL and errno on failure. */
struct bpf_link *iterator_attach(struct bpf_program *program, int map_fd);

/* Reads an iterator from start to end behind b (dropped when b is NULL). 0 or negative errno; ETIME: it was not at its end by deadline_ns
 * (CLOCK_MONOTONIC). It looks at the clock where the kernel pauses, which it does after a million objects (MAX_ITER_OBJECTS). */
int iterator_read(const struct bpf_link *link, struct bytes *b, uint64_t deadline_ns);
#define NO_DEADLINE UINT64_MAX

/* Calls enter() inside each network namespace that a process or /run/netns shows and that is_wanted(), on a thread of its own.
 * `inode` names the namespace. missed (NULL: nobody asks) grows by those that no descriptor was left for. 0, or the first negative errno
 * that enter() returned. */
int namespaces_visit(bool (*is_wanted)(void *, uint64_t inode), int (*enter)(void *, uint64_t inode), void *context, uint32_t *missed);

/* Runs the orphans iterator once in every network namespace that a process or /run/netns shows. 0 or negative errno. */
int orphans_seed(struct tcptop *t);

/* Finds out which process holds which socket, as far as it gets by deadline_ns. 0 or negative errno. */
int owners_pass(struct tcptop *t, uint64_t deadline_ns);

/* The sums over all CPUs of the first length values of a per-CPU array. */
void counters_sum(int map_fd, uint64_t *sums, uint32_t length);

uint64_t clock_ns(int clock);

/* Start of the process that has the number now, CLOCK_BOOTTIME, to a clock tick; 0: there is none, or it is not for us to see. */
uint64_t process_start_ns(uint32_t pid);
/* Whether that process began at start_ns; 0: whichever. */
bool process_started_at(uint32_t pid, uint64_t start_ns);

#endif

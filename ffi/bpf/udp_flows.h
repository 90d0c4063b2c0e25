/* SPDX-License-Identifier: MIT */
/* The table of UDP flows that programs at the root of the cgroup v2 hierarchy fill. */
#ifndef TCPTOP_UDP_FLOWS_H
#define TCPTOP_UDP_FLOWS_H

#include <stdbool.h>
#include <bpf/libbpf.h>

#include "busy.h"
#include "losses.h"
#include "../base/bytes.h"
#include "../../bpf/record.h"
#include "../../bpf/udp.h"

#define UDP_USES 4

struct udp {
	struct bpf_object *object;
	bool by_types;       /* it is bpf/udp_types.bpf.c */
	struct bpf_object *drops;
	struct bpf_link *dropped; /* NULL: this kernel does not tell each datagram that was lost (bpf/udp_drops.bpf.c) */
	struct losses losses; /* then, by the socket */
	struct bpf_link *out;
	struct bpf_link *in;
	struct bpf_link *opened;
	struct bpf_link *used[UDP_USES]; /* NULL: who uses a socket that several hold is not known */
	int flows_fd;
	int counters_fd;
	bool watches_dns;    /* answers of name servers come into the ring */
	bool wakes;          /* many new flows end a wait */
	uint64_t timeout_ns;
	uint64_t before_ns;  /* when the last snapshot began */
	bool describe_all;   /* in the next snapshot */
	uint64_t removed;    /* flows taken out of the table */
	uint64_t evicted;    /* of them, those that had to make room */
	uint64_t busy_seen;  /* UDP_BUSY when flows were last considered for places */
	uint64_t unowned_seen; /* UDP_UNOWNED at the last owner pass */
	struct bytes gone;   /* records of evicted flows, until the next snapshot */
	struct busy busy;    /* where the programs count those that have much to do */
	struct udp_key *keys; /* one batch */
	struct udp_flow *flows;
};

/* Room for one batch. 0 or -ENOMEM. */
int udp_buffers_new(struct udp *u);

/* Reads the drops of sockets where the kernel does not report each drop (losses.h): if `look`, or where that is cheap. 0 or negative errno. */
int udp_losses_look(struct udp *u, bool look, uint64_t deadline_ns);

/* Appends a record of each flow that has new datagrams (of all, with describe_all), and removes those that have expired. 0 or negative errno. */
int udp_flows_read(struct udp *u, uint64_t now_ns, struct bytes *to);

/* Gives places to flows that have become busy, and makes room if the table is filling up. 0 or negative errno. */
int udp_flows_relieve(struct udp *u);

#endif

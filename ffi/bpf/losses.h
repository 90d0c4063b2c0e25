/* SPDX-License-Identifier: MIT */
/* Dropped datagrams of UDP flows where the kernel counts them for a socket alone (sk_drops): before 6.11, or where udp_drops.bpf.c is refused. */
#ifndef TCPTOP_BPF_LOSSES_H
#define TCPTOP_BPF_LOSSES_H

#include "state.h"
#include "../base/bytes.h"
#include "../../bpf/record.h"
#include "../../bpf/udp.h"

/* One socket. What it drops between two looks is attributed to the flow that had datagrams meanwhile, if only one had. */
struct loss {
	uint64_t cookie;
	uint64_t looked_ns;  /* the last look that met it, CLOCK_BOOTTIME */
	uint64_t before_ns;  /* the one before */
	uint64_t unclear_ns; /* for flows that began before it, it is not known which of them lost what */
	uint64_t lost;       /* datagrams of `flow`, or, while that is unclear, of all of its flows together */
	uint64_t flow_first_ns; /* 0: there is none */
	struct udp_key flow;
	uint32_t drops;
	uint32_t grown;      /* in the last look */
	bool has_changed;    /* in the last look: it has grown, is new or was missed */
	/* While the drops of the last look are attributed. */
	uint32_t moved;
	bool flow_is_there;
	uint64_t recent_ns;
	uint64_t recent_first_ns;
	struct udp_key recent;
};

struct losses {
	struct bpf_link *link; /* of udp_losses; NULL: drops of sockets are not known */
	bool each_time;      /* a look costs no more than the sockets that there are */
	bool has_begun;
	bool has_grown;
	bool has_changed;
	uint64_t looked_ns;
	struct bytes met;    /* struct udp_loss, of one look */
	struct loss *items;  /* by cookie */
	size_t count;
};

/* Begins to look, before the first datagram is counted. */
void losses_watch(struct programs *p, struct losses *l);

/* Sockets that were not met for keep_ns are forgotten. 0 or negative errno. */
int losses_look(struct losses *l, uint64_t keep_ns, uint64_t deadline_ns);

/* After a look with has_grown: losses_moved() for every flow, then losses_attribute(), then the records. */
void losses_moved(struct losses *l, const struct udp_key *key, const struct udp_flow *flow);
void losses_attribute(struct losses *l);
/* Whether the flow's drops, or whether they are known, may have changed since the look before. */
bool losses_changed(const struct losses *l, const struct udp_key *key);

/* Sets the drops of the flow in its record, or the bits of what is not known. */
void losses_fill(const struct losses *l, struct tcptop_udp_record *r, const struct udp_key *key, const struct udp_flow *flow);

void losses_free(struct losses *l);

#endif

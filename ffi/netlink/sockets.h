/* SPDX-License-Identifier: MIT */
/* The sockets that were in a dump and of which no destroy message has come, by cookie. */
#ifndef TCPTOP_SOCKETS_H
#define TCPTOP_SOCKETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../process/process.h"
#include "../../bpf/record.h"

/* One of them. `last` is the record that was made of it. */
struct socket_entry {
	struct tcptop_tcp_record last;
	struct tcptop_tcp_limits limits; /* of that dump; size 0: the kernel does not say */
	struct tcptop_tcp_path path; /* as it was told last; size 0: not at all */
	struct tcptop_tcp_limits before; /* its times, and the smallest round trip, when it began this connection; 0 where it had none before */
	bool path_is_told;
	bool has_drops;        /* UDP: drops is set */
	uint32_t drops;        /* as in struct diag_message */
	bool datagram;         /* UDP: no counters, and nothing but the addresses and the owner in `last` */
	uint8_t guess;         /* enum tcptop_direction from its counters, for when no listener has its port */
	uint32_t inode;
	uint32_t netns_index;        /* index in struct netlink.namespaces */
	uint32_t pass;         /* number of the last dump that it was in */
	uint32_t missed;       /* dumps in a row that it was not in */
	uint32_t met_pass;     /* last owner pass that found a descriptor of it in its owner's hands */
	uint32_t candidate_pass;
	struct process_facts candidate; /* another process that holds a descriptor; meaningful where candidate_pass is the last pass */
	uint64_t used_ns;      /* of a listener: opening time of the newest connection that its owner has accepted */
	uint32_t asked_pass;   /* last owner pass that looked for its owner; 0: none */
	bool counts_syn;       /* if it turns out to be outbound, last.tx_bytes has its SYN in it */
};

/* A hash table by cookie. */
struct socket_table {
	struct socket_entry **slots;
	size_t capacity;       /* a power of two, or 0 */
	size_t count;
};

struct socket_entry *socket_find(const struct socket_table *table, uint64_t cookie);
/* NULL when out of memory; all zero but for its cookie when new. */
struct socket_entry *socket_add(struct socket_table *table, uint64_t cookie);
void socket_remove(struct socket_table *table, uint64_t cookie);
void socket_table_free(struct socket_table *table);


/* From a process to the owner fields of a record, and back. */
void record_set_owner(struct tcptop_tcp_record *r, uint8_t how, const struct process_facts *f);
void owner_of_record(struct process_facts *f, const struct tcptop_tcp_record *r);

#endif

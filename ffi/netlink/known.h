/* SPDX-License-Identifier: MIT */
/* The sockets that dumps have shown, by cookie. */
#ifndef TCPTOP_KNOWN_H
#define TCPTOP_KNOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../process/process.h"
#include "../../bpf/record.h"

/* A socket that a dump has shown. `last` is the record that was made of it. */
struct known {
	struct tcptop_tcp_record last;
	bool has_drops;        /* UDP: drops is set */
	uint32_t drops;        /* as in struct diag_message */
	bool datagram;         /* UDP: no counters, and nothing but the addresses and the owner in `last` */
	uint8_t guess;         /* enum tcptop_direction, where no listener tells better */
	uint32_t inode;
	uint32_t space;        /* index of its namespace */
	uint32_t pass;         /* number of the last dump that showed it */
	uint32_t missed;       /* dumps in a row that did not */
	uint32_t met_pass;     /* last owner pass that met its owner with a descriptor of it */
	uint32_t candidate_pass;
	struct process_facts candidate; /* another holder */
	uint64_t used_ns;      /* of a listener: when the newest connection opened that its owner was found to have accepted */
	uint32_t asked_pass;   /* last owner pass since it is known */
	bool counts_syn;       /* last.tx_bytes has the SYN of an active opener in it, if it is one */
};

/* Sockets by cookie. */
struct known_sockets {
	struct known **slots;
	size_t capacity;       /* a power of two, or 0 */
	size_t count;
};

struct known *known_find(const struct known_sockets *k, uint64_t cookie);
/* NULL when out of memory; all zero but for its cookie when new. */
struct known *known_add(struct known_sockets *k, uint64_t cookie);
void known_remove(struct known_sockets *k, uint64_t cookie);
void known_free(struct known_sockets *k);


/* Who holds it, as its record says it; and the other way round. */
void own(struct tcptop_tcp_record *r, uint8_t how, const struct process_facts *f);
void owned(struct process_facts *f, const struct tcptop_tcp_record *r);

#endif

/* SPDX-License-Identifier: MIT */
/* What the parts of the netlink source share. */
#ifndef TCPTOP_NETLINK_STATE_H
#define TCPTOP_NETLINK_STATE_H

#include "requests.h"
#include "../base/source.h"

struct netlink {
	struct source source;
	struct exchange exchange;
	bool tcp, udp;         /* what it looks at */
	struct known_sockets sockets;
	struct space *spaces;
	size_t space_count;
	uint32_t search;       /* number of the last search for namespaces */
	uint64_t searched_ns;
	uint32_t pass;         /* number of the last dump */
	int refused_error;     /* why, of the last one that was refused */
	uint32_t refused_spaces; /* of the last search: network namespaces that are there and could not be opened */
	uint32_t owner_pass;
	uint64_t owners_ended_ns;
	uint64_t owners_took_ns;
	bool refused_processes; /* whose descriptors may not be looked at */
	struct process_facts facts; /* of the process whose descriptors the pass is at; start_ns 0: it has ended */
	uint32_t facts_pass;
	uint64_t told[4096];   /* by tgid: what of its process was told last */
	struct bytes processes; /* records for the next snapshot */
	uint64_t unknown_sockets; /* that no owner pass has looked for yet */
	uint64_t lost;
	uint64_t invalid_dumps;
	uint64_t syn_recv;     /* connections in SYN_RECV that the last dump showed */
	int dump_error;        /* of the last snapshot: 0 or negative errno */
	struct bytes farewells; /* records for tcptop__drain() */
	bool farewells_refused;
	bool no_sent;          /* the kernel has no bytes_sent */
};

#endif

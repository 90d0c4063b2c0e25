/* SPDX-License-Identifier: MIT */
/* What the parts of the netlink source share. */
#ifndef TCPTOP_NETLINK_STATE_H
#define TCPTOP_NETLINK_STATE_H

#include "requests.h"
#include "../base/source.h"

struct netlink {
	struct source source;
	struct exchange exchange;
	bool tcp, udp;         /* which protocols are dumped */
	struct socket_table sockets;
	struct netns *namespaces;
	size_t netns_count;
	uint32_t search;       /* number of the last search for namespaces */
	uint64_t searched_ns;
	uint32_t pass;         /* number of the last dump */
	int refused_error;     /* negative errno of the last namespace that could not be opened */
	uint32_t refused_namespaces; /* network namespaces that could not be opened in the last search */
	bool search_was_cut;   /* the last search was not at its end by the deadline: there may be namespaces that it did not meet */
	uint32_t owner_pass;
	uint64_t owners_ended_ns;
	uint64_t owners_took_ns;
	bool refused_processes; /* /proc/PID/fd of some process was refused */
	struct process_facts facts; /* of the process whose descriptors the pass is at; start_ns 0: it has ended */
	uint32_t facts_pass;
	uint64_t reported[4096];   /* by tgid modulo 4096: hash of the last TAG_PROCESS record of it */
	struct bytes processes; /* records for the next snapshot */
	uint64_t unknown_sockets; /* sockets without an owner since the last owner pass */
	bool describe_all;     /* the next snapshot has everything that is known of every socket */
	uint64_t lost;
	uint64_t invalid_dumps;
	uint64_t syn_recv;     /* connections in SYN_RECV that the last dump showed */
	int dump_error;        /* of the last snapshot: 0 or negative errno */
	struct bytes destroyed; /* TAG_TCP_CLOSE records, for tcptop__drain() */
	uint32_t batch;        /* grows when all of them have been read */
	struct other_end *other_ends; /* other_ends.c */
	bool destroy_refused;
	bool no_sent;          /* the kernel has no bytes_sent */
};

#endif

/* SPDX-License-Identifier: MIT */
/* The listeners of one network namespace, by port. A listener's owner is the weak owner of its connections until theirs is found. */
#ifndef TCPTOP_LISTENERS_H
#define TCPTOP_LISTENERS_H

#include "sockets.h"

struct listener {
	uint16_t port;
	uint32_t pass;         /* number of the last dump that showed it */
	uint64_t cookie;       /* 0: no dump has shown it */
	uint8_t how;
	struct process_facts owner;
	/* Of the process that the owner pass is at: whether it holds the listener, and the opening time of the newest connection from it
	 * that it holds. */
	uint32_t at_tgid;
	bool at_holds;
	uint64_t at_newest_ns;
};

struct listeners {
	struct listener *items;
	size_t count, capacity;
};

struct listener *listener_find(const struct listeners *all, uint16_t port);
/* It is in dump number pass. */
void listener_dumped(struct listeners *all, uint16_t port, uint64_t cookie, uint32_t pass);
/* A look-up has found it: it may be closed before a dump shows it. */
void listener_met(struct listeners *all, uint16_t port, uint32_t pass);
/* After a dump: updates their owners, and removes those that have not been in the last LISTENER_KEPT_PASSES dumps. */
void listeners_update(struct listeners *all, const struct socket_table *sockets, uint32_t pass);
/* Sets the record's owner to the listener's (OWNER_LISTENER), unless it has a strong one. l NULL: nobody listens. */
void record_set_listener_owner(struct tcptop_tcp_record *r, const struct listener *l);

#endif

/* SPDX-License-Identifier: MIT */
/* Listening sockets of one network namespace, by port: whose a connection is that nobody has been found to hold. */
#ifndef TCPTOP_LISTENERS_H
#define TCPTOP_LISTENERS_H

#include "known.h"

struct listener {
	uint16_t port;
	uint32_t pass;         /* number of the last dump that showed it */
	uint64_t cookie;
	uint8_t how;
	struct process_facts owner;
	/* During an owner pass: the process that it is at, whether that holds the listener, and when the newest connection opened that it holds. */
	uint32_t at_tgid;
	bool at_holds;
	uint64_t at_newest_ns;
};

struct listeners {
	struct listener *items;
	size_t count, capacity;
};

struct listener *listener_find(const struct listeners *all, uint16_t port);
/* A dump, number pass, has shown it. */
void listener_shown(struct listeners *all, uint16_t port, uint64_t cookie, uint32_t pass);
/* After a dump: whose they are; those that have long been closed are forgotten. */
void listeners_settle(struct listeners *all, const struct known_sockets *sockets, uint32_t pass);
/* Gives the connection to the listener's owner, unless a better one is known. l: NULL: nobody listens. */
void own_by_listener(struct tcptop_tcp_record *r, const struct listener *l);

#endif

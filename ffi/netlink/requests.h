/* SPDX-License-Identifier: MIT */
/* Requests of sock_diag(7) in one network namespace: dumps, and look-ups of single sockets. */
#ifndef TCPTOP_REQUESTS_H
#define TCPTOP_REQUESTS_H

#include "netns.h"

#define DUMP_BYTES (64 << 10) /* struct exchange.buffer; the kernel sends at most 32 KiB in one message */

/* What the requests of all namespaces share. */
struct exchange {
	uint8_t *buffer;
	uint32_t sequence;     /* nlmsg_seq of the last request: a reply with another one belongs to a request that was given up */
	uint64_t deadline_ns;  /* CLOCK_MONOTONIC, of the snapshot that is being taken */
};

enum dumped { DUMP_CONNECTIONS, DUMP_LISTENERS, DUMP_DATAGRAMS };

/* Dumps the sockets of one family (AF_x) and kind, and calls each() for every one. 0 or negative errno; ETIME: not all of them by
 * x->deadline_ns. */
int netns_dump(struct exchange *x, struct netns *s, int family, enum dumped what,
	       void (*each)(void *, const struct diag_message *), void *context);
/* Looks up the addresses of each message: the state of the socket that the kernel finds there now. 0: none; TCP_LISTEN: only a listener on
 * the port. */
#define LOOKUPS_MOST DESTROYED_MOST
struct lookup { uint8_t state; };
int netns_lookup(struct exchange *x, struct netns *s, const struct diag_message *about, size_t count, struct lookup *lookups);

#endif

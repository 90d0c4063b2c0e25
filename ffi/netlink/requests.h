/* SPDX-License-Identifier: MIT */
/* What is asked of the kernel about the sockets of one network namespace. */
#ifndef TCPTOP_REQUESTS_H
#define TCPTOP_REQUESTS_H

#include "space.h"

#define DUMP_BYTES (64 << 10) /* struct exchange.buffer; the kernel answers in pieces of at most 32 KiB */

/* What requests in all namespaces share. */
struct exchange {
	uint8_t *buffer;
	uint32_t sequence;     /* of the last request, of whatever kind: an answer to another one is not ours any more */
	uint64_t deadline_ns;  /* CLOCK_MONOTONIC, of the snapshot that is being taken */
};

/* Asks for the sockets of one family (AF_x) and protocol (IPPROTO_x), reads the answer through each(). ETIME: not all of it by
 * x->deadline_ns. */
int space_dump(struct exchange *x, struct space *s, int family, int protocol,
	       void (*each)(void *, const struct diag_message *), void *context);
/* What the kernel finds under the addresses of each message: state 0 is nothing, TCP_LISTEN a listener in its place. */
#define QUESTIONS FAREWELLS_MOST
struct answer { uint8_t state; };
int space_ask(struct exchange *x, struct space *s, const struct diag_message *about, size_t count, struct answer *answers);

#endif

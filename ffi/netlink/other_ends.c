/* SPDX-License-Identifier: MIT */
#include "other_ends.h"

#include <stdlib.h>
#include <string.h>

/* A power of two. An end takes the place of an older one: then neither of that connection's ends is told of the other. */
#define PLACES_BITS 12

/* An end whose other end has not come. */
struct other_end {
	uint8_t local[16], remote[16]; /* IPv4 as ::ffff:a.b.c.d: the other end may be a socket of the other family */
	uint16_t local_port, remote_port; /* local_port 0: nobody's */
	uint32_t netns;
	uint32_t batch;        /* as in struct netlink, and where its record is in n->destroyed */
	size_t at;
	uint64_t tx_bytes;
	uint64_t received;     /* as the kernel counts, perhaps with the FIN */
};

static void address_map(uint8_t to[16], const uint8_t from[16], uint8_t family)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (family == 6) {
		memcpy(to, from, 16);
		return;
	}
	memcpy(to, mapped, 12);
	memcpy(to + 12, from, 4);
}

/* Such addresses are another machine's in each network namespace. */
static bool is_loopback(const uint8_t address[16])
{
	static const uint8_t mapped[13] = { [10] = 0xff, [11] = 0xff, [12] = 127 }, one[16] = { [15] = 1 };

	return !memcmp(address, mapped, 13) || !memcmp(address, one, 16);
}

static struct other_end *place_of(struct netlink *n, uint16_t port, uint16_t other_port)
{
	uint32_t place = ((uint32_t)port << 16 | other_port) * 2654435769u >> (32 - PLACES_BITS); /* Knuth's multiplicative hash */

	if (!n->other_ends)
		n->other_ends = calloc(1 << PLACES_BITS, sizeof(*n->other_ends));
	return n->other_ends ? &n->other_ends[place] : NULL;
}

static bool is_other_end(const struct other_end *place, const struct other_end *of)
{
	return place->local_port == of->remote_port && place->remote_port == of->local_port && !memcmp(place->local, of->remote, 16) &&
	       !memcmp(place->remote, of->local, 16) && (place->netns == of->netns || !is_loopback(of->local));
}

/* NULL: it has been read. */
static struct tcptop_tcp_record *record_of(struct netlink *n, const struct other_end *e)
{
	struct tcptop_tcp_record *r = (void *)(n->destroyed.data + e->at);

	if (e->batch != n->batch || e->at + sizeof(*r) > n->destroyed.length)
		return NULL;
	return r->local_port == e->local_port && r->remote_port == e->remote_port && r->netns == e->netns ? r : NULL;
}

/* A FIN is counted when all that was sent before it has been. More than that is another connection's. */
static void received_settle(struct tcptop_tcp_record *r, uint64_t received, uint64_t sent)
{
	if (r && received <= sent + 1)
		r->rx_bytes = received > sent ? sent : received;
}

void other_ends_meet(struct netlink *n, struct tcptop_tcp_record *r, uint64_t received)
{
	struct other_end e = {
		.local_port = r->local_port,
		.remote_port = r->remote_port,
		.netns = r->netns,
		.batch = n->batch,
		.at = n->destroyed.length,
		.tx_bytes = r->tx_bytes,
		.received = received,
	};
	struct other_end *place = place_of(n, r->remote_port, r->local_port);

	address_map(e.local, r->local_address, r->family);
	address_map(e.remote, r->remote_address, r->family);
	if (is_other_end(&e, &e)) { /* a socket that has connected to its own port */
		received_settle(r, received, r->tx_bytes);
		return;
	}
	if (place && place->local_port && is_other_end(place, &e)) {
		received_settle(r, received, place->tx_bytes);
		received_settle(record_of(n, place), place->received, r->tx_bytes);
		place->local_port = 0;
		return;
	}
	place = place_of(n, r->local_port, r->remote_port);
	if (place)
		*place = e;
}

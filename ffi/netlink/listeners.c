/* SPDX-License-Identifier: MIT */
#include "listeners.h"

#include <stdlib.h>

#define LISTENER_KEPT_PASSES 8

struct listener *listener_find(const struct listeners *all, uint16_t port)
{
	for (size_t i = 0; i < all->count; i++)
		if (all->items[i].port == port)
			return &all->items[i];
	return NULL;
}

void listener_shown(struct listeners *all, uint16_t port, uint64_t cookie, uint32_t pass)
{
	struct listener *l = listener_find(all, port);

	if (!l && all->count == all->capacity) {
		size_t capacity = all->capacity ? all->capacity * 2 : 16;
		struct listener *more = realloc(all->items, capacity * sizeof(*more));

		if (!more)
			return;
		all->items = more;
		all->capacity = capacity;
	}
	if (!l) {
		l = &all->items[all->count++];
		*l = (struct listener){ .port = port };
	}
	l->pass = pass;
	l->cookie = cookie;
}

/* A listener's owner stands in for that of a connection nobody has been found to hold. A closed one is remembered for a while:
 * the connections that it took in outlive it. */
void listeners_settle(struct listeners *all, const struct known_sockets *sockets, uint32_t pass)
{
	for (size_t i = 0; i < all->count; i++) {
		struct listener *l = &all->items[i];
		const struct known *k = known_find(sockets, l->cookie);

		if (k && k->last.how != OWNER_NONE) {
			l->how = OWNER_LISTENER;
			owned(&l->owner, &k->last);
		}
		if (pass - l->pass > LISTENER_KEPT_PASSES)
			all->items[i--] = all->items[--all->count];
	}
}

void own_by_listener(struct tcptop_tcp_record *r, const struct listener *l)
{
	if (!l || r->how > OWNER_LISTENER || l->how == OWNER_NONE)
		return;
	own(r, l->how, &l->owner);
}

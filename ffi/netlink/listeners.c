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

void listener_dumped(struct listeners *all, uint16_t port, uint64_t cookie, uint32_t pass)
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

void listener_met(struct listeners *all, uint16_t port, uint32_t pass)
{
	struct listener *l = listener_find(all, port);

	if (l)
		l->pass = pass;
	else
		listener_dumped(all, port, 0, pass);
}

/* A closed listener is kept for a while: the connections that it accepted outlive it. */
void listeners_update(struct listeners *all, const struct socket_table *sockets, uint32_t pass)
{
	for (size_t i = 0; i < all->count; i++) {
		struct listener *l = &all->items[i];
		const struct socket_entry *e = l->cookie ? socket_find(sockets, l->cookie) : NULL;

		if (e && e->last.how != OWNER_NONE) {
			l->how = OWNER_LISTENER;
			owner_of_record(&l->owner, &e->last);
		}
		if (pass - l->pass > LISTENER_KEPT_PASSES)
			all->items[i--] = all->items[--all->count];
	}
}

void record_set_listener_owner(struct tcptop_tcp_record *r, const struct listener *l)
{
	if (!l || r->how > OWNER_LISTENER || l->how == OWNER_NONE)
		return;
	record_set_owner(r, l->how, &l->owner);
}

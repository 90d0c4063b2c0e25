/* SPDX-License-Identifier: MIT */
/* Open addressing with linear probing; removal shifts the followers back, so there are no graves. */
#include "known.h"

#include <stdlib.h>
#include <string.h>

static size_t home(const struct known_sockets *k, uint64_t cookie)
{
	return (cookie * 0x9e3779b97f4a7c15ull >> 32) & (k->capacity - 1);
}

static size_t place(const struct known_sockets *k, uint64_t cookie)
{
	size_t at = home(k, cookie);

	while (k->slots[at] && k->slots[at]->last.cookie != cookie)
		at = (at + 1) & (k->capacity - 1);
	return at;
}

static bool grow(struct known_sockets *k)
{
	struct known_sockets bigger = { .capacity = k->capacity ? k->capacity * 2 : 1024, .count = k->count };

	bigger.slots = calloc(bigger.capacity, sizeof(*bigger.slots));
	if (!bigger.slots)
		return false;
	for (size_t i = 0; i < k->capacity; i++)
		if (k->slots[i])
			bigger.slots[place(&bigger, k->slots[i]->last.cookie)] = k->slots[i];
	free(k->slots);
	*k = bigger;
	return true;
}

struct known *known_find(const struct known_sockets *k, uint64_t cookie)
{
	return k->capacity ? k->slots[place(k, cookie)] : NULL;
}

struct known *known_add(struct known_sockets *k, uint64_t cookie)
{
	struct known *found = known_find(k, cookie);
	size_t at;

	if (found)
		return found;
	if (k->count * 2 >= k->capacity && !grow(k))
		return NULL;
	at = place(k, cookie);
	k->slots[at] = calloc(1, sizeof(struct known));
	if (!k->slots[at])
		return NULL;
	k->slots[at]->last.cookie = cookie;
	k->count++;
	return k->slots[at];
}

void known_remove(struct known_sockets *k, uint64_t cookie)
{
	size_t hole, next;

	if (!k->capacity || !k->slots[hole = place(k, cookie)])
		return;
	free(k->slots[hole]);
	k->slots[hole] = NULL;
	k->count--;
	for (next = (hole + 1) & (k->capacity - 1); k->slots[next]; next = (next + 1) & (k->capacity - 1)) {
		size_t wanted = home(k, k->slots[next]->last.cookie);

		/* It may move back unless its home lies between the hole and itself. */
		if (((next - wanted) & (k->capacity - 1)) < ((next - hole) & (k->capacity - 1)))
			continue;
		k->slots[hole] = k->slots[next];
		k->slots[next] = NULL;
		hole = next;
	}
}

void known_free(struct known_sockets *k)
{
	for (size_t i = 0; i < k->capacity; i++)
		free(k->slots[i]);
	free(k->slots);
	*k = (struct known_sockets){};
}

void owned(struct process_facts *f, const struct tcptop_tcp_record *r)
{
	*f = (struct process_facts){ r->cgroup_id, r->owner_start_ns, r->tgid, r->uid, {} };
	memcpy(f->comm, r->comm, sizeof(f->comm));
}

void own(struct tcptop_tcp_record *r, uint8_t how, const struct process_facts *f)
{
	r->how = how;
	r->cgroup_id = f->cgroup_id;
	r->owner_start_ns = f->start_ns;
	r->tgid = f->tgid;
	r->uid = f->uid;
	memcpy(r->comm, f->comm, sizeof(r->comm));
}

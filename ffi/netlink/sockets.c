/* SPDX-License-Identifier: MIT */
/* Open addressing with linear probing; removal moves the entries behind back, so there are no tombstones. */
#include "sockets.h"

#include <stdlib.h>
#include <string.h>

static size_t home(const struct socket_table *table, uint64_t cookie)
{
	return (cookie * 0x9e3779b97f4a7c15ull >> 32) & (table->capacity - 1);
}

static size_t place(const struct socket_table *table, uint64_t cookie)
{
	size_t at = home(table, cookie);

	while (table->slots[at] && table->slots[at]->last.cookie != cookie)
		at = (at + 1) & (table->capacity - 1);
	return at;
}

static bool grow(struct socket_table *table)
{
	struct socket_table bigger = { .capacity = table->capacity ? table->capacity * 2 : 1024, .count = table->count };

	bigger.slots = calloc(bigger.capacity, sizeof(*bigger.slots));
	if (!bigger.slots)
		return false;
	for (size_t i = 0; i < table->capacity; i++)
		if (table->slots[i])
			bigger.slots[place(&bigger, table->slots[i]->last.cookie)] = table->slots[i];
	free(table->slots);
	*table = bigger;
	return true;
}

struct socket_entry *socket_find(const struct socket_table *table, uint64_t cookie)
{
	return table->capacity ? table->slots[place(table, cookie)] : NULL;
}

struct socket_entry *socket_add(struct socket_table *table, uint64_t cookie)
{
	struct socket_entry *found = socket_find(table, cookie);
	size_t at;

	if (found)
		return found;
	if (table->count * 2 >= table->capacity && !grow(table))
		return NULL;
	at = place(table, cookie);
	table->slots[at] = calloc(1, sizeof(struct socket_entry));
	if (!table->slots[at])
		return NULL;
	table->slots[at]->last.cookie = cookie;
	table->count++;
	return table->slots[at];
}

void socket_remove(struct socket_table *table, uint64_t cookie)
{
	size_t hole, next;

	if (!table->capacity || !table->slots[hole = place(table, cookie)])
		return;
	free(table->slots[hole]);
	table->slots[hole] = NULL;
	table->count--;
	for (next = (hole + 1) & (table->capacity - 1); table->slots[next]; next = (next + 1) & (table->capacity - 1)) {
		size_t wanted = home(table, table->slots[next]->last.cookie);

		/* It may move back unless its home lies between the hole and itself. */
		if (((next - wanted) & (table->capacity - 1)) < ((next - hole) & (table->capacity - 1)))
			continue;
		table->slots[hole] = table->slots[next];
		table->slots[next] = NULL;
		hole = next;
	}
}

void socket_table_free(struct socket_table *table)
{
	for (size_t i = 0; i < table->capacity; i++)
		free(table->slots[i]);
	free(table->slots);
	*table = (struct socket_table){};
}

void owner_of_record(struct process_facts *f, const struct tcptop_tcp_record *r)
{
	*f = (struct process_facts){ r->cgroup_id, r->owner_start_ns, r->tgid, r->uid, {} };
	memcpy(f->comm, r->comm, sizeof(f->comm));
}

void record_set_owner(struct tcptop_tcp_record *r, uint8_t how, const struct process_facts *f)
{
	r->how = how;
	r->cgroup_id = f->cgroup_id;
	r->owner_start_ns = f->start_ns;
	r->tgid = f->tgid;
	r->uid = f->uid;
	memcpy(r->comm, f->comm, sizeof(r->comm));
}

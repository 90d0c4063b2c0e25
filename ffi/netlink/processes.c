/* SPDX-License-Identifier: MIT */
#include "processes.h"

#include <stddef.h>
#include <string.h>

/* FNV-1a. Without the ancestors, which are read once it is known that the record is sent. */
static uint64_t hash(const struct tcptop_process *r)
{
	const uint8_t *bytes = (const uint8_t *)r;
	uint64_t h = 0xcbf29ce484222325ull;

	for (size_t i = 0; i < offsetof(struct tcptop_process, ancestors); i++)
		h = (h ^ bytes[i]) * 0x100000001b3ull;
	return h;
}

/* Queues the record of a process, once, and again when something in it has changed. */
static void report_process(struct netlink *n, const struct process_facts *f)
{
	struct tcptop_process r = { .tag = TAG_PROCESS, .size = sizeof(r), .tgid = f->tgid, .start_ns = f->start_ns };
	uint64_t *reported = &n->reported[f->tgid % (sizeof(n->reported) / sizeof(*n->reported))], now;

	memcpy(r.comm, f->comm, sizeof(r.comm));
	if (!process_executable(f->tgid, r.exe) || *reported == (now = hash(&r)))
		return;
	process_ancestors(f->tgid, r.ancestors, sizeof(r.ancestors) / sizeof(*r.ancestors));
	if (r.ancestors[0])
		process_parent_name(f->tgid, r.ancestors[0], r.parent);
	if (bytes_append(&n->processes, &r, sizeof(r)))
		return;
	*reported = now;
}

const struct process_facts *process_met(struct netlink *n, uint32_t tgid)
{
	struct process_facts *f = &n->facts;

	if (n->facts_pass == n->owner_pass && f->tgid == tgid)
		return f->start_ns ? f : NULL;
	n->facts_pass = n->owner_pass;
	if (!process_facts_read(tgid, f))
		f->start_ns = 0;
	if (f->start_ns)
		report_process(n, f);
	return f->start_ns ? f : NULL;
}

int processes_append(struct netlink *n, struct bytes *to)
{
	int err = bytes_append(to, n->processes.data, n->processes.length);

	if (!err)
		n->processes.length = 0;
	return err;
}

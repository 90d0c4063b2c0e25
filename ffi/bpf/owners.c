/* SPDX-License-Identifier: MIT */
/* Which process holds which socket, by the iterator over all descriptors. */
#define _GNU_SOURCE
#include "owners.h"
#include "iterator.h"
#include "udp.h"
#include "../base/clock.h"
#include "../process/namespaces.h"

#include <errno.h>

/* A pass that was cut short counts as made: another one at once would get no further. */
int owners_pass(struct programs *p, uint64_t deadline_ns)
{
	uint64_t seen = __atomic_load_n(&p->shared->weak_owners, __ATOMIC_RELAXED);
	int err;

	p->shared->owner_pass++;
	p->shared->met_tgid = 0;
	err = iterator_read(p->owners, NULL, deadline_ns);
	if (err)
		p->source.errors++;
	if (!err || err == -ETIME)
		p->weak_owners_seen = seen;
	return err;
}

bool owners_wanted(struct programs *p)
{
	uint64_t udp[UDP_COUNTER_COUNT] = {};

	if (__atomic_load_n(&p->shared->weak_owners, __ATOMIC_RELAXED) != p->weak_owners_seen)
		return true;
	if (p->udp)
		udp_counters(p->udp, udp);
	return p->udp && udp[UDP_UNOWNED] != p->udp->unowned_seen;
}

/* Appends records of UDP owners that an owner pass found. In the table build this is a second pass over all descriptors, made only if there is
 * something to report. */
static int udp_owners_report(struct programs *p, bool unowned, struct bytes *to, uint64_t deadline_ns)
{
	int err = 0;

	if (!p->is_table || unowned || p->shared->udp_unreported == p->shared->owner_pass)
		err = iterator_read(p->udp_settled, to, deadline_ns);
	if (!err && p->is_table && unowned)
		err = iterator_read(p->udp_settled_kernel, to, deadline_ns);
	return err;
}

void owners_append(struct programs *p, struct bytes *to, uint64_t deadline_ns)
{
	uint64_t udp[UDP_COUNTER_COUNT] = {};
	int err;

	if (p->udp)
		udp_counters(p->udp, udp);
	err = owners_pass(p, deadline_ns);
	if (err && err != -ETIME)
		return;
	if (!err && udp_owners_report(p, p->udp && udp[UDP_UNOWNED] != p->udp->unowned_seen, to, deadline_ns))
		p->source.errors++;
	if (p->udp)
		p->udp->unowned_seen = udp[UDP_UNOWNED];
}

/* The sockets of a namespace that could not be entered are met at their first change of state. */
static int orphans_read(void *context, uint64_t inode)
{
	struct programs *p = context;

	(void)inode;
	return iterator_read(p->orphans, NULL, NO_DEADLINE);
}

int orphans_seed(struct programs *p)
{
	return namespaces_visit(NULL, orphans_read, p, NULL, NO_DEADLINE);
}

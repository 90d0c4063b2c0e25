/* SPDX-License-Identifier: MIT */
/* Which sources a handle has: the one file that knows them all. */
#include "handle.h"
#include "base/memory.h"
#include "bpf/programs.h"
#include "conntrack/conntrack.h"
#include "netlink/netlink.h"
#include "process/cgroup.h"

#include <errno.h>

static struct source *add(struct tcptop *t, struct source *s)
{
	return t->sources[t->source_count++] = s;
}

/* NULL when out of memory. */
static struct source *programs(struct tcptop *t)
{
	if (!t->programs && (t->programs = programs_new(&t->failure)))
		add(t, t->programs);
	return t->programs;
}

int32_t tcptop__load(struct tcptop *t, uint32_t ring_bytes, uint32_t openings, uint32_t keep)
{
	int32_t result = programs(t) ? programs_load_tcp(t->programs, ring_bytes, openings, keep)
				     : fail(&t->failure, ENOMEM, "load the TCP programs");

	memory_give_back();
	return result;
}

int32_t tcptop__udp_load(struct tcptop *t, uint32_t timeout_ms, uint32_t watch_dns)
{
	return programs(t) ? programs_load_udp(t->programs, timeout_ms, watch_dns) : fail(&t->failure, ENOMEM, "load the UDP programs");
}

int32_t tcptop__watch_drops(struct tcptop *t)
{
	bool watched = t->programs && programs_watch_drops(t->programs);

	memory_give_back();
	return watched;
}

static int open_netlink(struct tcptop *t, bool tcp)
{
	int err = netlink_open(&t->netlink, tcp);

	if (!err)
		add(t, t->netlink);
	return err;
}

int32_t tcptop__open_netlink(struct tcptop *t)
{
	int err = open_netlink(t, true);

	return err ? fail(&t->failure, -err, "ask the kernel for its sockets by netlink") : netlink_limits(t->netlink);
}

int32_t tcptop__list_udp(struct tcptop *t)
{
	int err = t->netlink ? netlink_add_udp(t->netlink) : open_netlink(t, false);

	return err ? fail(&t->failure, -err, "ask the kernel for its UDP sockets by netlink") : netlink_limits(t->netlink);
}

int32_t tcptop__translations(struct tcptop *t)
{
	struct source *found = NULL;
	int err = conntrack_open(&found);

	if (found)
		add(t, found);
	return err ? fail(&t->failure, -err, "read the kernel's table of translated connections") : 0;
}

int32_t tcptop__cgroups(struct tcptop *t, uint8_t *buffer, uint32_t capacity)
{
	return cgroups_list(t->programs ? programs_cgroup_fd(t->programs) : -1, buffer, capacity);
}

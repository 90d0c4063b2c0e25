/* SPDX-License-Identifier: MIT */
/* Which sources a handle has: the one file that knows them all. */
#include "handle.h"
#include "base/memory.h"
#include "bpf/programs.h"
#include "conntrack/conntrack.h"
#include "netlink/netlink.h"
#include "process/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

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

/* This thread drains the ring, and the main thread draws: when all CPUs are busy they should not wait for the processes that cause it. */
static void priority_raise(void)
{
	setpriority(PRIO_PROCESS, getpid(), -5);
	setpriority(PRIO_PROCESS, 0, -10);
}

static int32_t perform(struct tcptop *t, const struct ahead_settings *s, enum ahead_step step)
{
	switch (step) {
	case AHEAD_MAPS:
		return programs(t) ? programs_make_maps(t->programs, s->ring_bytes) : fail(&t->failure, ENOMEM, "load the TCP programs");
	case AHEAD_TCP:
		priority_raise();
		return programs_load_tcp(t->programs, s->openings, s->keep);
	case AHEAD_MEET:
		return programs_meet(t->programs);
	case AHEAD_UDP:
		return programs(t) ? programs_load_udp(t->programs, s->timeout_ms, s->watch_dns)
				   : fail(&t->failure, ENOMEM, "load the UDP programs");
	case AHEAD_UDP_USE:
		return programs_attach_udp(t->programs, s->watch_dns);
	default:
		return t->programs ? programs_watch_drops(t->programs) : 0;
	}
}

/* The step's result, of the thread that was ahead or of this one. */
static int32_t result_of(struct tcptop *t, const struct ahead_settings *s, enum ahead_step step)
{
	int32_t result;

	return ahead_took(t->ahead, step, &result) ? result : perform(t, s, step);
}

/* A tcptop that shows all it can has some 90 descriptors. */
#define DESCRIPTORS_AHEAD 256

/* Whether a thread that loads may take the descriptors that others are about to ask for: Deno opens a file for each module, and a Worker that
 * finds none free fails with a text of Deno's. With few, each comes in its turn, and what then finds none says so in a sentence. */
static bool descriptors_abound(void)
{
	struct rlimit limit;
	int lowest = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (lowest < 0)
		return false;
	close(lowest);
	return !getrlimit(RLIMIT_NOFILE, &limit) && limit.rlim_cur >= (rlim_t)lowest + DESCRIPTORS_AHEAD;
}

static struct tcptop *begun;

void tcptop__begin(uint32_t ring_bytes, uint32_t openings, uint32_t keep, uint32_t timeout_ms, uint32_t watch_dns)
{
	struct tcptop *t = descriptors_abound() ? handle_new() : NULL;

	if (!t)
		return;
	t->ahead = ahead_start(t, &(struct ahead_settings){ ring_bytes, openings, keep, timeout_ms, watch_dns }, perform);
	tcptop__free(__atomic_exchange_n(&begun, t, __ATOMIC_ACQ_REL));
}

struct tcptop *tcptop__begun(void)
{
	struct tcptop *t = __atomic_exchange_n(&begun, NULL, __ATOMIC_ACQ_REL);

	if (!t)
		return NULL;
	memory_give_back();
	/* Only now: until the Worker is there, main thread, Worker and TCP's programs keep two CPUs busy, and much of Deno's file is resident. */
	ahead_go_on(t->ahead);
	return t;
}

int32_t tcptop__load(struct tcptop *t, uint32_t ring_bytes, uint32_t openings, uint32_t keep)
{
	const struct ahead_settings settings = { .ring_bytes = ring_bytes, .openings = openings, .keep = keep };
	int32_t result = result_of(t, &settings, AHEAD_MAPS), err = 0, drops;

	priority_raise();
	if (result >= 0)
		result = result_of(t, &settings, AHEAD_TCP);
	if (result >= 0)
		err = result_of(t, &settings, AHEAD_MEET);
	if (ahead_took(t->ahead, AHEAD_DROPS, &drops))
		programs_loaded(t->programs);
	memory_give_back();
	return err ? fail(&t->failure, -err, "find out which sockets are open") : result;
}

int32_t tcptop__udp_load(struct tcptop *t, uint32_t timeout_ms, uint32_t watch_dns)
{
	const struct ahead_settings settings = { .timeout_ms = timeout_ms, .watch_dns = watch_dns };
	int32_t result = result_of(t, &settings, AHEAD_UDP);

	if (result >= 0)
		result = result_of(t, &settings, AHEAD_UDP_USE);
	if (result < 0 && t->programs)
		programs_note_udp(t->programs);
	return result;
}

int32_t tcptop__watch_drops(struct tcptop *t)
{
	int32_t result = result_of(t, &(struct ahead_settings){}, AHEAD_DROPS);

	if (t->programs)
		programs_loaded(t->programs);
	memory_give_back();
	return result < 0 ? fail(&t->failure, -result, "watch what the kernel drops") : result;
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

/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "udp.h"
#include "counters.h"
#include "kernel_btf_part.h"
#include "log.h"
#include "objects.h"
#include "../process/cgroup.h"
#include "../tcptop.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <bpf/bpf.h>

/* With TCP's programs, these fill the map udp_sockets (owner pass, udp_opened), and their ring is the ring, which new flows wake. */
static int32_t object_try(struct programs *p, struct udp *u, bool watch_dns, bool has_ring, bool by_types)
{
	const struct udp_settings settings = { .watch_dns = watch_dns, .wake = has_ring && p->maps };
	struct bpf_map *sockets, *events;
	int err;

	u->object = by_types ? relocated_open(udp_types_object, udp_types_object_end - udp_types_object, "tcptop_udp")
			     : relocated_open(udp_object, udp_object_end - udp_object, "tcptop_udp");
	if (!u->object)
		return fail(&p->beside, errno, "open the UDP programs");
	sockets = bpf_object__find_map_by_name(u->object, "udp_sockets");
	if (p->maps && (err = bpf_map__reuse_fd(sockets, bpf_object__find_map_fd_by_name(p->maps, "udp_sockets"))))
		return fail(&p->beside, -err, "share the UDP sockets");
	events = bpf_object__find_map_by_name(u->object, "events");
	if (!has_ring)
		bpf_map__set_autocreate(events, false);
	else if (p->maps && (err = bpf_map__reuse_fd(events, bpf_object__find_map_fd_by_name(p->maps, "events"))))
		return fail(&p->beside, -err, "share the ring");
	if (bpf_map__set_initial_value(bpf_object__find_map_by_name(u->object, ".rodata"), &settings, sizeof(settings)))
		return fail(&p->beside, EINVAL, "set up the UDP programs");
	if ((err = relocated_load(u->object)))
		return fail(&p->beside, -err, "load the UDP programs");
	u->flows_fd = bpf_object__find_map_fd_by_name(u->object, "udp_flows");
	u->counters_fd = bpf_object__find_map_fd_by_name(u->object, "udp_counters");
	if (watch_dns && !p->maps && (err = ring_open(&p->ring, bpf_map__fd(events), bpf_map__max_entries(events))))
		return fail(&p->beside, -err, "map the ring buffer");
	u->by_types = by_types;
	u->watches_dns = watch_dns;
	u->wakes = settings.wake;
	busy_map(&u->busy, bpf_object__find_map_fd_by_name(u->object, "udp_busy"));
	return 0;
}

static void object_close(struct programs *p, struct udp *u, size_t log_length)
{
	p->beside.log[log_length] = 0;
	bpf_object__close(u->object);
	u->object = NULL;
}

/* The better programs first; kernels before 6.2 refuse them. */
static int32_t object_open_and_load(struct programs *p, struct udp *u, bool watch_dns, bool has_ring)
{
	size_t log_length = strlen(p->beside.log);

	if (!object_try(p, u, watch_dns, has_ring, true))
		return 0;
	object_close(p, u, log_length);
	return object_try(p, u, watch_dns, has_ring, false);
}

/* Before 5.8 there is no ring buffer: then without names, and nothing wakes who reads. libbpf's account of an attempt that failed is taken out of the log. */
static int32_t object_load(struct programs *p, struct udp *u, bool watch_dns)
{
	size_t log_length = strlen(p->beside.log);

	if ((watch_dns || p->maps) && !object_open_and_load(p, u, watch_dns, true))
		return 0;
	object_close(p, u, log_length);
	return object_open_and_load(p, u, false, false);
}

/* It may fail (kernels before 6.11): what is lost is then known by the socket. libbpf's warnings about it are taken out of the log. */
static void drops_load(struct programs *p, struct udp *u)
{
	size_t log_length = strlen(p->beside.log);

	u->drops = relocated_open(udp_drops_object, udp_drops_object_end - udp_drops_object, "tcptop_drops");
	if (u->drops && !bpf_map__reuse_fd(bpf_object__find_map_by_name(u->drops, "udp_flows"), u->flows_fd) &&
	    !bpf_map__reuse_fd(bpf_object__find_map_by_name(u->drops, "udp_busy"), bpf_object__find_map_fd_by_name(u->object, "udp_busy")) &&
	    !relocated_load(u->drops))
		u->dropped = bpf_program__attach(bpf_object__find_program_by_name(u->drops, "udp_dropped"));
	p->beside.log[log_length] = 0;
}

/* bpf_link_create() of a cgroup program allows others beside it (cgroup_bpf_link_attach() sets BPF_F_ALLOW_MULTI) and ends
 * with our last descriptor. Since 5.7. */
static int32_t attach(struct programs *p, struct bpf_object *object, const char *program, struct bpf_link **link)
{
	struct bpf_program *found = bpf_object__find_program_by_name(object, program);

	*link = found && bpf_program__fd(found) >= 0 ? bpf_program__attach_cgroup(found, p->cgroup_fd) : NULL;
	return *link ? 0 : fail(&p->beside, errno, program);
}

static void named_is_known(struct udp *u)
{
	const struct udp_shared shared = { .knows_named = 1 };
	struct bpf_map *map = bpf_object__find_map_by_name(u->object, ".bss");
	uint32_t only = 0;

	if (map && bpf_map__value_size(map) == sizeof(shared))
		bpf_map_update_elem(bpf_map__fd(map), &only, &shared, BPF_ANY);
}

static int32_t attach_all(struct programs *p, struct udp *u)
{
	struct bpf_program *rich = p->tcp ? bpf_object__find_program_by_name(p->tcp, "udp_opened") : NULL;
	bool is_rich = rich && bpf_program__fd(rich) >= 0;
	static const char *const by_calls[] = { "udp_opened_plain", "udp_out", "udp_in" };
	static const char *const by_types[] = { "udp_opened_types", "udp_out_types", "udp_in_types" };
	const char *const *programs = u->by_types ? by_types : by_calls;
	static const char *const uses[UDP_USES] = { "udp_sends4", "udp_sends6", "udp_receives4", "udp_receives6" };
	int32_t err;

	for (int i = 0; is_rich && i < UDP_USES; i++)
		u->used[i] = bpf_program__attach_cgroup(bpf_object__find_program_by_name(p->tcp, uses[i]), p->cgroup_fd);
	if (u->used[0] && u->used[1])
		named_is_known(u);
	/* udp_opened before the programs that count, so that a new socket's flows have an owner. */
	if ((err = is_rich ? attach(p, p->tcp, "udp_opened", &u->opened) : attach(p, u->object, programs[0], &u->opened)))
		return err;
	if (!u->dropped)
		losses_watch(p, &u->losses);
	if ((err = attach(p, u->object, programs[1], &u->out)))
		return err;
	return attach(p, u->object, programs[2], &u->in);
}

static int32_t load(struct programs *p, struct udp *u, bool watch_dns)
{
	int32_t err;

	log_start(&p->beside);
	if (!p->maps && p->cgroup_fd < 0)
		p->cgroup_fd = cgroup_root_open();
	if (p->cgroup_fd < 0)
		return fail(&p->beside, -p->cgroup_fd, "find the cgroup v2 hierarchy");
	if ((err = udp_buffers_new(u)))
		return fail(&p->beside, -err, "load the UDP programs");
	if ((err = object_load(p, u, watch_dns)))
		return err;
	drops_load(p, u);
	return 0;
}

static int32_t given_up(struct programs *p, int32_t err)
{
	udp_free(p->udp);
	p->udp = NULL;
	return err;
}

int32_t udp_load(struct programs *p, uint32_t timeout_ms, bool watch_dns)
{
	struct udp *u = calloc(1, sizeof(*u));
	int32_t err;

	if (!u)
		return fail(&p->beside, ENOMEM, "load the UDP programs");
	u->timeout_ns = timeout_ms * 1000000ull;
	u->describe_all = true;
	p->udp = u;
	err = load(p, u, watch_dns);
	return err ? given_up(p, err) : 0;
}

int32_t udp_attach(struct programs *p, bool watch_dns)
{
	int32_t err;

	log_start(&p->beside);
	err = attach_all(p, p->udp);
	if (err)
		return given_up(p, err);
	return (cgroup_is_root(p->cgroup_fd) ? 0 : UDP_PART_OF_CGROUPS) | (watch_dns && !p->udp->watches_dns ? UDP_WITHOUT_DNS : 0);
}

void udp_counters(const struct udp *u, uint64_t sums[UDP_COUNTER_COUNT])
{
	counters_sum(u->counters_fd, sums, UDP_COUNTER_COUNT);
}

void udp_free(struct udp *u)
{
	if (!u)
		return;
	bpf_link__destroy(u->out);
	bpf_link__destroy(u->in);
	bpf_link__destroy(u->opened);
	for (int i = 0; i < UDP_USES; i++)
		bpf_link__destroy(u->used[i]);
	bpf_link__destroy(u->dropped);
	bpf_object__close(u->drops);
	losses_free(&u->losses);
	busy_unmap(&u->busy);
	bpf_object__close(u->object);
	bytes_free(&u->gone);
	free(u->keys);
	free(u->flows);
	free(u);
}

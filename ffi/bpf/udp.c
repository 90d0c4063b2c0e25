/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "../process/cgroup.h"
#include "udp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

extern const uint8_t udp_object[] __attribute__((visibility("hidden")));
extern const uint8_t udp_object_end[] __attribute__((visibility("hidden")));
extern const uint8_t udp_drops_object[] __attribute__((visibility("hidden")));
extern const uint8_t udp_drops_object_end[] __attribute__((visibility("hidden")));

/* With the TCP object loaded, sockets are shared with it: its owner pass and its hook at socket() fill them. */
static int32_t object_load(struct tcptop *t, struct udp *u)
{
	LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = "tcptop_udp");
	struct bpf_map *sockets;
	int err;

	u->object = bpf_object__open_mem(udp_object, udp_object_end - udp_object, &options);
	if (!u->object)
		return fail(t, errno, "open the UDP programs");
	sockets = bpf_object__find_map_by_name(u->object, "udp_sockets");
	if (t->tcp && (err = bpf_map__reuse_fd(sockets, bpf_object__find_map_fd_by_name(t->tcp, "udp_sockets"))))
		return fail(t, -err, "share the UDP sockets");
	if ((err = bpf_object__load(u->object)))
		return fail(t, -err, "load the UDP programs");
	u->flows_fd = bpf_object__find_map_fd_by_name(u->object, "udp_flows");
	u->counters_fd = bpf_object__find_map_fd_by_name(u->object, "udp_counters");
	return 0;
}

/* Where it cannot be had, the flows do without: what libbpf says of it is no failure of ours. */
static void drops_watch(struct tcptop *t, struct udp *u)
{
	LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = "tcptop_drops");
	size_t told = strlen(t->log);

	u->drops = bpf_object__open_mem(udp_drops_object, udp_drops_object_end - udp_drops_object, &options);
	if (u->drops && !bpf_map__reuse_fd(bpf_object__find_map_by_name(u->drops, "udp_flows"), u->flows_fd) &&
	    !bpf_object__load(u->drops))
		u->dropped = bpf_program__attach(bpf_object__find_program_by_name(u->drops, "udp_dropped"));
	t->log[told] = 0;
}

/* bpf_link_create() of a cgroup program allows others beside it (cgroup_bpf_link_attach() sets BPF_F_ALLOW_MULTI) and ends
 * with our last descriptor. Since 5.7. */
static int32_t attach(struct tcptop *t, struct bpf_object *object, const char *program, struct bpf_link **link)
{
	struct bpf_program *p = bpf_object__find_program_by_name(object, program);

	*link = p && bpf_program__fd(p) >= 0 ? bpf_program__attach_cgroup(p, t->cgroup_fd) : NULL;
	return *link ? 0 : fail(t, errno, program);
}

static int32_t attach_all(struct tcptop *t, struct udp *u)
{
	struct bpf_program *rich = t->tcp ? bpf_object__find_program_by_name(t->tcp, "udp_opened") : NULL;
	bool is_rich = rich && bpf_program__fd(rich) >= 0;
	static const char *const uses[UDP_USES] = { "udp_sends4", "udp_sends6", "udp_receives4", "udp_receives6" };
	int32_t err;

	for (int i = 0; is_rich && i < UDP_USES; i++)
		u->used[i] = bpf_program__attach_cgroup(bpf_object__find_program_by_name(t->tcp, uses[i]), t->cgroup_fd);
	/* Who opens a socket first, then what it moves: a flow then has an owner. */
	if ((err = is_rich ? attach(t, t->tcp, "udp_opened", &u->opened) : attach(t, u->object, "udp_opened_plain", &u->opened)))
		return err;
	drops_watch(t, u);
	if ((err = attach(t, u->object, "udp_out", &u->out)))
		return err;
	return attach(t, u->object, "udp_in", &u->in);
}

static int32_t load(struct tcptop *t, struct udp *u)
{
	int32_t err;

	log_start(t);
	if (t->cgroup_fd < 0)
		t->cgroup_fd = cgroup_root_open();
	if (t->cgroup_fd < 0)
		return fail(t, -t->cgroup_fd, "find the cgroup v2 hierarchy");
	if ((err = udp_buffers_new(u)))
		return fail(t, -err, "load the UDP programs");
	if ((err = object_load(t, u)))
		return err;
	return attach_all(t, u);
}

int32_t tcptop__udp_load(struct tcptop *t, uint32_t timeout_ms)
{
	struct udp *u = calloc(1, sizeof(*u));
	int32_t err;

	if (!u)
		return fail(t, ENOMEM, "load the UDP programs");
	u->timeout_ns = timeout_ms * 1000000ull;
	u->describe_all = true;
	t->udp = u;
	err = load(t, u);
	if (!err)
		return cgroup_is_root(t->cgroup_fd) ? 0 : 1;
	udp_free(u);
	t->udp = NULL;
	return err;
}

void udp_counters(const struct udp *u, uint64_t sums[UDP_COUNTER_COUNT])
{
	counters_sum(u->counters_fd, sums, UDP_COUNTER_COUNT);
}

int udp_try(const struct udp *u)
{
	uint64_t values[libbpf_num_possible_cpus() + 1];
	__u32 first = 0;

	return bpf_map_lookup_elem(u->counters_fd, &first, values);
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
	bpf_object__close(u->object);
	free(u->gone.data);
	free(u->keys);
	free(u->flows);
	free(u);
}

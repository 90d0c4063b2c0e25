/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "tcp.h"
#include "iterator.h"
#include "kernel_btf_part.h"
#include "log.h"
#include "objects.h"
#include "probe.h"
#include "tunnels.h"
#include "../process/cgroup.h"
#include "../process/proc.h"
#include "../tcptop.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/btf.h>

/* Programs that call tracing helpers (bpf_get_current_task_btf()), which older kernels refuse to cgroup programs. */
static const char *const udp_rich_programs[] = { "udp_opened", "udp_sends4", "udp_sends6", "udp_receives4", "udp_receives6" };

/* CLOCK_*_COARSE advance once a jiffy (KTIME_LOW_RES). */
static uint64_t jiffy_ns(void)
{
	struct timespec resolution;

	return clock_getres(CLOCK_MONOTONIC_COARSE, &resolution) ? 0 : resolution.tv_nsec;
}

static int map_share(struct programs *p, const char *name)
{
	return bpf_map__reuse_fd(bpf_object__find_map_by_name(p->tcp, name), bpf_object__find_map_fd_by_name(p->maps, name));
}

/* What the kernel calls by that number; 0: it has none. libbpf goes over all types for each name (kernel_btf_part.h). */
struct kernel_types {
	uint32_t sock, tcp_sock;
	uint32_t rdonly_cast; /* bpf_rdonly_cast(), since 6.2 */
};

static struct kernel_types kernel_types(void)
{
	struct btf *kernel = btf__load_vmlinux_btf();
	uint32_t end = kernel ? btf__type_cnt(kernel) : 0;
	struct kernel_types found = {};

	for (uint32_t id = 1; id < end; id++) {
		const struct btf_type *type = btf__type_by_id(kernel, id);
		const char *name = btf_is_struct(type) || btf_is_func(type) ? btf__name_by_offset(kernel, type->name_off) : "";

		if (btf_is_func(type) && !strcmp(name, "bpf_rdonly_cast"))
			found.rdonly_cast = id;
		else if (btf_is_struct(type) && !strcmp(name, "sock") && !found.sock)
			found.sock = id;
		else if (btf_is_struct(type) && !strcmp(name, "tcp_sock") && !found.tcp_sock)
			found.tcp_sock = id;
	}
	btf__free(kernel);
	return found;
}

bool tcp_walk_types_set(struct bpf_object *object)
{
	struct bpf_map *map = bpf_object__find_map_by_name(object, ".rodata");
	const struct kernel_types types = kernel_types();
	struct tcptop_tcp_settings settings;
	size_t size;

	if (!map)
		return false;
	memcpy(&settings, bpf_map__initial_value(map, &size), sizeof(settings));
	settings.sock_type = types.sock;
	settings.tcp_sock_type = types.tcp_sock;
	bpf_map__set_initial_value(map, &settings, sizeof(settings));
	return types.rdonly_cast;
}

/* tcp_still, where the kernel has what it needs, and every child of a listener is met by a program: where changes of state go unseen and there is no witness, a walk
 * over storage alone meets it (BPF_F_CLONE). */
static void still_choose(struct programs *p)
{
	bool is_loaded = tcp_walk_types_set(p->tcp) && !p->still_is_refused && (p->is_table || !p->needs_witness || p->has_witness);

	bpf_program__set_autoload(bpf_object__find_program_by_name(p->tcp, "tcp_still"), is_loaded);
	if (!is_loaded)
		bpf_map__set_max_entries(bpf_object__find_map_by_name(p->tcp, "still_sockets"), 1);
}

static int32_t object_open(struct programs *p, uint32_t openings)
{
	struct tcptop_tcp_settings settings = { .openings = openings, .long_names = kernel_reads_are_allowed(),
						.pid_namespace = pid_namespace(), .jiffy_ns = jiffy_ns(),
						.has_witness = p->has_witness, .witness_alone = p->has_witness && p->witness_alone };
	struct bpf_map *map;
	int err;

	p->tcp = p->is_table ? relocated_open(tcp_table_object, tcp_table_object_end - tcp_table_object, "tcptop_tcp")
			     : relocated_open(tcp_object, tcp_object_end - tcp_object, "tcptop_tcp");
	if (!p->tcp)
		return fail(p->failure, errno, "open the TCP programs");
	if ((err = map_share(p, "udp_sockets")) || (err = map_share(p, "events")))
		return fail(p->failure, -err, "share the maps with the UDP programs");
	settings.wake_at_bytes = bpf_map__max_entries(bpf_object__find_map_by_name(p->tcp, "events")) / 2;
	/* Where they are refused, udp_opened_plain of the UDP object is attached instead. */
	if (p->without_cgroup_programs || libbpf_probe_bpf_helper(BPF_PROG_TYPE_CGROUP_SOCK, BPF_FUNC_get_current_task_btf, NULL) != 1)
		for (size_t i = 0; i < sizeof(udp_rich_programs) / sizeof(*udp_rich_programs); i++)
			bpf_program__set_autoload(bpf_object__find_program_by_name(p->tcp, udp_rich_programs[i]), false);
	bpf_program__set_autoload(bpf_object__find_program_by_name(p->tcp, "tcp_witness"), p->has_witness);
	map = bpf_object__find_map_by_name(p->tcp, ".rodata");
	if (!map || bpf_map__set_initial_value(map, &settings, sizeof(settings)))
		return fail(p->failure, EINVAL, "set up the TCP programs");
	still_choose(p);
	return 0;
}

/* On the root cgroup alone: below it, it would not be called for sockets of other cgroups. It may fail: a few changes are missed then
 * (bpf/tcp_witness.bpf.c), and a note says so. */
static bool attach_witness(struct programs *p)
{
	p->witness = bpf_program__attach_cgroup(bpf_object__find_program_by_name(p->tcp, "tcp_witness"), p->cgroup_fd);
	return p->witness;
}

static bool has_still(const struct programs *p)
{
	return bpf_program__autoload(bpf_object__find_program_by_name(p->tcp, "tcp_still"));
}

static int32_t object_load(struct programs *p, uint32_t openings, bool is_table)
{
	size_t log_length = strlen(p->failure->log);
	int32_t err;

	p->is_table = is_table;
	p->has_witness = p->needs_witness && !p->witness_is_refused && !p->without_cgroup_programs && p->cgroup_fd >= 0 && cgroup_is_root(p->cgroup_fd);
	if ((err = object_open(p, openings)))
		return err;
	err = relocated_load(p->tcp);
	if (err && err != -EPERM && has_still(p)) {
		p->failure->log[log_length] = 0;
		bpf_object__close(p->tcp);
		p->still_is_refused = true;
		return object_load(p, openings, is_table);
	}
	/* Those on the cgroup take CAP_NET_ADMIN, the others do without (is_net_admin_prog_type() in kernel/bpf/syscall.c). */
	if (err && (err != -EPERM || p->without_cgroup_programs))
		return fail(p->failure, -err, "load the TCP programs");
	if (!err && (!p->has_witness || attach_witness(p)))
		return 0;
	p->failure->log[log_length] = 0;
	bpf_object__close(p->tcp);
	*(err ? &p->without_cgroup_programs : &p->witness_is_refused) = true;
	return object_load(p, openings, is_table);
}

/* Tries the other object if the first one does not load. When both fail, the error and the log are those of the first. */
static int32_t object_choose(struct programs *p, uint32_t openings, uint32_t keep)
{
	bool is_table;
	size_t log_length;
	int32_t err;

	p->witness_alone = keep & KEEP_BY_WITNESS;
	p->needs_witness = p->witness_alone || first_process_is_hidden();
	keep &= ~KEEP_BY_WITNESS;
	is_table = keep == KEEP_IN_TABLE || (keep == KEEP_AS_ALLOWED && storage_walk_is_refused());
	p->failure->log[0] = 0; /* libbpf warns where the kernel has no such iterator; that is no failure */
	err = object_load(p, openings, is_table);
	log_length = strlen(p->failure->log);

	if (!err || keep != KEEP_AS_ALLOWED)
		return err;
	bpf_object__close(p->tcp);
	if (object_load(p, openings, !is_table))
		p->failure->log[log_length] = 0;
	else
		err = 0;
	return err;
}

/* Maps the programs' .bss. */
static int32_t shared_map(struct programs *p)
{
	struct bpf_map *map = bpf_object__find_map_by_name(p->tcp, ".bss");
	void *memory;

	p->shared_bytes = sysconf(_SC_PAGESIZE);
	memory = mmap(NULL, p->shared_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(map), 0);
	if (memory == MAP_FAILED)
		return fail(p->failure, errno, "map the TCP programs' variables");
	p->shared = memory;
	p->shared->epoch = 1;
	return 0;
}

static int32_t attached(struct programs *p, const char *program, const struct bpf_link *link)
{
	return link ? 0 : fail(p->failure, errno, program);
}

static int32_t attach(struct programs *p, const char *program, struct bpf_link **link)
{
	*link = bpf_program__attach(bpf_object__find_program_by_name(p->tcp, program));
	return attached(p, program, *link);
}

/* map: the one whose elements the iterator goes over; NULL: none. */
static int32_t attach_iterator(struct programs *p, const char *program, struct bpf_link **link, const char *map)
{
	int map_fd = map ? bpf_object__find_map_fd_by_name(p->tcp, map) : -1;

	*link = iterator_attach(bpf_object__find_program_by_name(p->tcp, program), map_fd);
	return attached(p, program, *link);
}

static int32_t attach_all(struct programs *p)
{
	bool table = p->is_table;
	int32_t err;

	/* Programs at changes of state before iterators: a socket that opens in between is met twice, and none is missed. */
	if ((err = attach(p, "tcp_destroyed", &p->destroyed)) || (err = attach(p, "tcp_reset_received", &p->reset_received)) ||
	    (err = attach(p, "tcp_reset_sent", &p->reset_sent)) || (err = attach(p, "tcp_state", &p->state)) ||
	    (err = attach(p, "tcp_state_again", &p->state_again)) ||
	    (err = attach_iterator(p, "tcp_owners", &p->owners, NULL)) ||
	    (err = attach_iterator(p, "tcp_orphans", &p->orphans, NULL)) ||
	    (err = attach_iterator(p, table ? "tcp_walk" : "tcp_snapshot", &p->sockets, table ? NULL : "tracked_sockets")) ||
	    (err = attach_iterator(p, table ? "udp_settled_files" : "udp_settled", &p->udp_settled, table ? NULL : "udp_sockets")) ||
	    (has_still(p) && (err = attach_iterator(p, "tcp_still", &p->still, NULL))) ||
	    (table && (err = attach_iterator(p, "udp_settled_kernel", &p->udp_settled_kernel, NULL))))
		return err;
	tunnels_watch(p);
	return 0;
}

int32_t maps_make(struct programs *p, uint32_t ring_bytes)
{
	LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = "tcptop_maps");
	const struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };
	int err;

	log_start(p->failure);
	/* Only kernels before 5.11 charge maps to RLIMIT_MEMLOCK. A failure does not matter: without the need nothing is charged. */
	setrlimit(RLIMIT_MEMLOCK, &unlimited);
	if (access("/sys/kernel/btf/vmlinux", R_OK) && errno == ENOENT)
		return fail(p->failure, ENOENT, "find the kernel's BTF");
	if (p->cgroup_fd < 0)
		p->cgroup_fd = cgroup_root_open();
	p->maps = bpf_object__open_mem(shared_maps_object, shared_maps_object_end - shared_maps_object, &options);
	if (!p->maps)
		return fail(p->failure, errno, "open the TCP programs");
	/* libbpf rounds the size up to what the kernel accepts, a power of two of pages, and a page may be 64 KiB. */
	bpf_map__set_max_entries(bpf_object__find_map_by_name(p->maps, "events"), ring_bytes);
	err = bpf_object__load(p->maps);
	return err ? fail(p->failure, -err, "load the TCP programs") : 0;
}

int32_t tcp_load(struct programs *p, uint32_t openings, uint32_t keep)
{
	const struct bpf_map *events;
	int32_t err;

	if ((err = object_choose(p, openings, keep)) || (err = shared_map(p)))
		return err;
	p->counters_fd = bpf_object__find_map_fd_by_name(p->tcp, "counters");
	events = bpf_object__find_map_by_name(p->tcp, "events");
	if ((err = ring_open(&p->ring, bpf_map__fd(events), bpf_map__max_entries(events))))
		return fail(p->failure, -err, "map the ring buffer");
	if ((err = attach_all(p)))
		return err;
	return p->needs_witness && !p->witness ? TCP_FIRST_UNSEEN : 0;
}

void tcp_free(struct programs *p)
{
	bpf_link__destroy(p->state);
	bpf_link__destroy(p->state_again);
	bpf_link__destroy(p->witness);
	bpf_link__destroy(p->destroyed);
	bpf_link__destroy(p->reset_received);
	bpf_link__destroy(p->reset_sent);
	bpf_link__destroy(p->owners);
	bpf_link__destroy(p->orphans);
	bpf_link__destroy(p->sockets);
	bpf_link__destroy(p->still);
	bpf_link__destroy(p->udp_settled);
	bpf_link__destroy(p->udp_settled_kernel);
	tunnels_free(p);
	ring_close(&p->ring);
	if (p->shared)
		munmap(p->shared, p->shared_bytes);
	bpf_object__close(p->tcp);
	bpf_object__close(p->maps);
}

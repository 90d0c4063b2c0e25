/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "../process/cgroup.h"
#include "../handle.h"
#include "probe.h"
#include "../process/proc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

extern const uint8_t tcp_object[] __attribute__((visibility("hidden")));
extern const uint8_t tcp_object_end[] __attribute__((visibility("hidden")));
extern const uint8_t tcp_table_object[] __attribute__((visibility("hidden")));
extern const uint8_t tcp_table_object_end[] __attribute__((visibility("hidden")));

/* Those that need tracing helpers in cgroup programs. */
static const char *const udp_rich_programs[] = { "udp_opened", "udp_sends4", "udp_sends6", "udp_receives4", "udp_receives6" };

static int32_t object_open(struct tcptop *t, uint32_t ring_bytes, uint32_t openings)
{
	LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = "tcptop_tcp");
	struct tcptop_tcp_settings settings = { .openings = openings, .long_names = kernel_reads_are_allowed(),
						.pid_namespace = pid_namespace() };
	struct bpf_map *map;

	t->tcp = t->is_table ? bpf_object__open_mem(tcp_table_object, tcp_table_object_end - tcp_table_object, &options)
			     : bpf_object__open_mem(tcp_object, tcp_object_end - tcp_object, &options);
	if (!t->tcp)
		return fail(t, errno, "open the TCP programs");
	map = bpf_object__find_map_by_name(t->tcp, "events");
	bpf_map__set_max_entries(map, ring_bytes);
	/* libbpf rounds up to what the kernel takes: a power of two of whole pages, which may be of 64 KiB. */
	settings.wake_at_bytes = bpf_map__max_entries(map) / 2;
	/* Where tracing helpers are not for cgroup programs, the UDP object has a plainer one. */
	if (libbpf_probe_bpf_helper(BPF_PROG_TYPE_CGROUP_SOCK, BPF_FUNC_get_current_task_btf, NULL) != 1)
		for (size_t i = 0; i < sizeof(udp_rich_programs) / sizeof(*udp_rich_programs); i++)
			bpf_program__set_autoload(bpf_object__find_program_by_name(t->tcp, udp_rich_programs[i]), false);
	map = bpf_object__find_map_by_name(t->tcp, ".rodata");
	if (!map || bpf_map__set_initial_value(map, &settings, sizeof(settings)))
		return fail(t, EINVAL, "set up the TCP programs");
	return 0;
}

static int32_t object_load(struct tcptop *t, uint32_t ring_bytes, uint32_t openings, bool is_table)
{
	int32_t err;

	t->is_table = is_table;
	if ((err = object_open(t, ring_bytes, openings)))
		return err;
	if ((err = bpf_object__load(t->tcp)))
		return fail(t, -err, "load the TCP programs");
	return 0;
}

/* If neither can be had the failure of what was tried first is told. */
static int32_t object_choose(struct tcptop *t, uint32_t ring_bytes, uint32_t openings, uint32_t keep)
{
	bool is_table = keep == KEEP_IN_TABLE || (keep == KEEP_AS_ALLOWED && storage_walk_is_refused());
	int32_t err = object_load(t, ring_bytes, openings, is_table);
	size_t told = strlen(t->log);

	if (!err || keep != KEEP_AS_ALLOWED)
		return err;
	bpf_object__close(t->tcp);
	if (object_load(t, ring_bytes, openings, !is_table))
		t->log[told] = 0;
	else
		err = 0;
	return err;
}

/* The programs' variables as memory of ours. */
static int32_t shared_map(struct tcptop *t)
{
	struct bpf_map *map = bpf_object__find_map_by_name(t->tcp, ".bss");
	void *memory;

	t->shared_bytes = sysconf(_SC_PAGESIZE);
	memory = mmap(NULL, t->shared_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(map), 0);
	if (memory == MAP_FAILED)
		return fail(t, errno, "map the TCP programs' variables");
	t->shared = memory;
	t->shared->epoch = 1;
	return 0;
}

static int32_t attached(struct tcptop *t, const char *program, const struct bpf_link *link)
{
	return link ? 0 : fail(t, errno, program);
}

static int32_t attach(struct tcptop *t, const char *program, struct bpf_link **link)
{
	*link = bpf_program__attach(bpf_object__find_program_by_name(t->tcp, program));
	return attached(t, program, *link);
}

/* map: the one whose elements the iterator goes over; NULL: none. */
static int32_t attach_iterator(struct tcptop *t, const char *program, struct bpf_link **link, const char *map)
{
	int map_fd = map ? bpf_object__find_map_fd_by_name(t->tcp, map) : -1;

	*link = iterator_attach(bpf_object__find_program_by_name(t->tcp, program), map_fd);
	return attached(t, program, *link);
}

/* Where it cannot be had, the other programs do what they can. Below the root it would not be told of every socket that has the flag
 * (track_is_witnessed()). */
static void attach_witness(struct tcptop *t)
{
	t->cgroup_fd = cgroup_root_open();
	if (t->cgroup_fd >= 0 && cgroup_is_root(t->cgroup_fd))
		t->witness = bpf_program__attach_cgroup(bpf_object__find_program_by_name(t->tcp, "tcp_witness"), t->cgroup_fd);
	t->shared->witness = t->witness != NULL;
}

static int32_t attach_all(struct tcptop *t)
{
	bool table = t->is_table;
	int32_t err;

	/* Watch first, then look: a socket that opens in between is met by both, one that is met by neither cannot be. */
	if (table)
		attach_witness(t);
	if ((err = attach(t, "tcp_destroyed", &t->destroyed)) || (err = attach(t, "tcp_state", &t->state)) ||
	    (!t->witness && (err = attach(t, "tcp_state_again", &t->state_again))) ||
	    (err = attach_iterator(t, "tcp_owners", &t->owners, NULL)) ||
	    (err = attach_iterator(t, "tcp_orphans", &t->orphans, NULL)) ||
	    (err = attach_iterator(t, table ? "tcp_walk" : "tcp_snapshot", &t->sockets, table ? NULL : "tracked_sockets")) ||
	    (err = attach_iterator(t, table ? "udp_settled_files" : "udp_settled", &t->udp_settled, table ? NULL : "udp_sockets")) ||
	    (table && (err = attach_iterator(t, "udp_settled_kernel", &t->udp_settled_kernel, NULL))))
		return err;
	return 0;
}

int32_t tcptop__load(struct tcptop *t, uint32_t ring_bytes, uint32_t openings, uint32_t keep)
{
	const struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };
	const struct bpf_map *events;
	int32_t err;

	log_start(t);
	/* This thread empties the ring, and the first one of the process answers the user: on a machine with no CPU to spare they must not
	 * wait behind what they watch. */
	setpriority(PRIO_PROCESS, getpid(), -5);
	setpriority(PRIO_PROCESS, 0, -10);
	/* Only kernels before 5.11 charge maps here; those that do not let us raise it do not need it. */
	setrlimit(RLIMIT_MEMLOCK, &unlimited);
	if (access("/sys/kernel/btf/vmlinux", R_OK) && errno == ENOENT)
		return fail(t, ENOENT, "find the kernel's BTF");
	if ((err = object_choose(t, ring_bytes, openings, keep)) || (err = shared_map(t)))
		return err;
	t->counters_fd = bpf_object__find_map_fd_by_name(t->tcp, "counters");
	events = bpf_object__find_map_by_name(t->tcp, "events");
	if ((err = ring_open(&t->ring, bpf_map__fd(events), bpf_map__max_entries(events))))
		return fail(t, -err, "map the ring buffer");
	if ((err = attach_all(t)))
		return err;
	if ((err = owners_pass(t, NO_DEADLINE)))
		return fail(t, -err, "find the owners of open sockets");
	if ((err = orphans_seed(t)))
		return fail(t, -err, "find the sockets that no process holds");
	return 0;
}

/* SPDX-License-Identifier: MIT */
/* What this machine lets this process do, found out by doing it: every program is loaded and attached by itself, and unloaded
 * before the next. */
#define _GNU_SOURCE
#include "handle.h"
#include "bpf/iterator.h"
#include "bpf/kernel_btf.h"
#include "bpf/kernel_btf_part.h"
#include "bpf/log.h"
#include "bpf/objects.h"
#include "bpf/probe.h"
#include "bpf/tcp.h"
#include "netlink/netlink.h"
#include "privileges/threads.h"
#include "process/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>

struct report {
	char *text;
	size_t capacity;
	size_t used;
};

__attribute__((format(printf, 2, 3))) static void say(struct report *r, const char *format, ...)
{
	size_t room = r->capacity - r->used;
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(r->text + r->used, room, format, args);
	va_end(args);
	if (length > 0 && (size_t)length < room)
		r->used += length;
}

/* The first line of a file; what cannot be read is left out. */
static void say_file(struct report *r, const char *key, const char *path)
{
	char line[256];
	ssize_t length;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	length = read(fd, line, sizeof(line) - 1);
	close(fd);
	line[length > 0 ? length : 0] = 0;
	line[strcspn(line, "\n")] = 0;
	say(r, "setting\t%s\t%s\n", key, line);
}

static struct bpf_link *attach(struct bpf_object *object, struct bpf_program *p, int cgroup_fd)
{
	const char *section = bpf_program__section_name(p);
	const char *map = strncmp(bpf_program__name(p), "udp_", 4) ? "tracked_sockets" : "udp_sockets";

	if (!strncmp(section, "cgroup", 6) || !strcmp(section, "sockops"))
		return bpf_program__attach_cgroup(p, cgroup_fd);
	if (strncmp(section, "iter/", 5))
		return bpf_program__attach(p);
	return iterator_attach(p, strstr(section, "storage_map") ? bpf_object__find_map_fd_by_name(object, map) : -1);
}

/* 0 or the errno with which the kernel refused it. */
static int program_try(const uint8_t *data, size_t size, const char *name, int cgroup_fd)
{
	struct bpf_object *object = relocated_open(data, size, NULL);
	struct bpf_link *link = NULL;
	struct bpf_program *p;
	int err;

	if (!object)
		return errno;
	bpf_object__for_each_program(p, object)
		bpf_program__set_autoload(p, !strcmp(bpf_program__name(p), name));
	if (data == tcp_table_object)
		tcp_walk_types_set(object);
	err = relocated_load(object);
	p = bpf_object__find_program_by_name(object, name);
	if (!err && !(link = attach(object, p, cgroup_fd)))
		err = -errno;
	bpf_link__destroy(link);
	bpf_object__close(object);
	return -err;
}

static void programs_say(struct report *r, const char *subsystem, const uint8_t *data, size_t size, int cgroup_fd)
{
	struct bpf_object *object = bpf_object__open_mem(data, size, NULL);
	struct bpf_program *p;

	if (!object)
		return;
	/* tcp_still is nothing that tcptop could not do without. tcp_witness is loaded where it is needed alone, and asks for more than older kernels have (bpf_get_current_pid_tgid() for sockops, 6.10). */
	bpf_object__for_each_program(p, object)
		if (strcmp(bpf_program__name(p), "tcp_still") && (strcmp(bpf_program__name(p), "tcp_witness") || first_process_is_hidden()))
			say(r, "program\t%s\t%s\t%s\t%d\n", subsystem, bpf_program__name(p), bpf_program__section_name(p),
			    program_try(data, size, bpf_program__name(p), cgroup_fd));
	bpf_object__close(object);
}

static void maps_say(struct report *r)
{
	static const struct { const char *name; enum bpf_map_type type; } kinds[] = {
		{ "ring buffer", BPF_MAP_TYPE_RINGBUF },
		{ "socket storage", BPF_MAP_TYPE_SK_STORAGE },
		{ "per-CPU array", BPF_MAP_TYPE_PERCPU_ARRAY },
		{ "hash", BPF_MAP_TYPE_HASH },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		say(r, "map\t%s\t%d\n", kinds[i].name, libbpf_probe_bpf_map_type(kinds[i].type, NULL) == 1 ? 0 : EINVAL);
}

static void netlink_say(struct report *r)
{
	int destroy_err, err = netlink_try(&destroy_err);

	say(r, "netlink\t%d\t%d\n", -err, -destroy_err);
	say(r, "kill\t%d\n", -destroyer_try());
}

int32_t tcptop__doctor(struct tcptop *t, uint8_t *buffer, uint32_t capacity)
{
	struct report r = { (char *)buffer, capacity, 0 };
	int cgroup_fd = cgroup_root_open();

	log_start(&t->failure);
	kernel_btf_hold();
	say(&r, "capabilities\t%llx\n", (unsigned long long)capabilities_permitted());
	say(&r, "btf\t%d\n", access("/sys/kernel/btf/vmlinux", R_OK) ? errno : 0);
	say(&r, "cgroup\t%d\t%d\n", cgroup_fd < 0 ? -cgroup_fd : 0, cgroup_fd >= 0 && cgroup_is_root(cgroup_fd));
	say_file(&r, "lockdown", "/sys/kernel/security/lockdown");
	say_file(&r, "unprivileged_bpf_disabled", "/proc/sys/kernel/unprivileged_bpf_disabled");
	say_file(&r, "perf_event_paranoid", "/proc/sys/kernel/perf_event_paranoid");
	say_file(&r, "cap_last_cap", "/proc/sys/kernel/cap_last_cap");
	say(&r, "first_process_hidden\t%d\n", first_process_is_hidden());
	netlink_say(&r);
	maps_say(&r);
	programs_say(&r, "tcp", tcp_object, tcp_object_end - tcp_object, cgroup_fd);
	programs_say(&r, "table", tcp_table_object, tcp_table_object_end - tcp_table_object, cgroup_fd);
	programs_say(&r, "udp", udp_object, udp_object_end - udp_object, cgroup_fd);
	programs_say(&r, "drops", udp_drops_object, udp_drops_object_end - udp_drops_object, cgroup_fd);
	programs_say(&r, "reasons", drops_object, drops_object_end - drops_object, cgroup_fd);
	kernel_btf_release();
	if (cgroup_fd >= 0)
		close(cgroup_fd);
	return r.used;
}

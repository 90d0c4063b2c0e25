/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "drops.h"
#include "kernel_btf_part.h"
#include "objects.h"
#include "reasons.h"
#include "udp_flows.h"
#include "../base/clock.h"
#include "../../bpf/record.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <bpf/bpf.h>

#define BATCH 512
#define HIGH (DROPS_MAX / 4 * 3)
#define LOW (DROPS_MAX / 2)
/* A count is read again if its last_ns is after the last read. A program reads the clock a moment before it writes last_ns: this much is allowed
 * for, and nothing that has moved within it is taken out of the table, as a program may hold it in its hands. */
#define SLACK_NS 1000000000ull

struct drops {
	struct bpf_object *object;
	struct bpf_link *link;
	struct drop_shared *shared; /* the programs' .bss, mapped */
	size_t shared_bytes;
	int counts_fd;
	int rest_fd;
	uint64_t seen_ns;    /* shared->last_ns at the last read */
	uint64_t read_ns;    /* when that was */
	uint64_t removed;    /* entries taken out of the table */
	struct reasons reasons;
	struct drop_key keys[BATCH];
	struct drop_count counts[BATCH];
	struct drop_rest_key rest_keys[DROPS_REST_MAX];
	struct drop_count rest_counts[DROPS_REST_MAX];
};

struct idle {
	uint64_t last_ns;
	struct drop_key key;
};

static void name_set(const struct drops *d, struct tcptop_dropped *r, uint32_t reason)
{
	const char *name = reason < DROP_REASONS ? d->reasons.names[reason] : "";

	if (*name)
		snprintf((char *)r->reason, sizeof(r->reason), "%s", name);
	else
		snprintf((char *)r->reason, sizeof(r->reason), "%u", reason);
}

static int family_of(const struct drop_key *key)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	return memcmp(key->source, mapped, sizeof(mapped)) || memcmp(key->destination, mapped, sizeof(mapped)) ? 6 : 4;
}

static void address_copy(uint8_t to[16], const uint8_t from[16], int family)
{
	if (family == 4)
		memcpy(to, from + 12, 4);
	else
		memcpy(to, from, 16);
}

static int count_append(const struct drops *d, struct bytes *to, const struct drop_key *key, const struct drop_count *count)
{
	struct tcptop_dropped r = {
		.tag = TAG_DROPPED, .size = sizeof(r), .family = family_of(key), .protocol = key->protocol,
		.direction = key->direction, .cookie = key->cookie, .first_ns = count->first_ns, .last_ns = count->last_ns,
		.packets = count->packets, .bytes = count->bytes, .netns = key->netns, .scope = key->scope,
		.source_port = key->source_port, .destination_port = key->destination_port,
	};

	address_copy(r.source, key->source, r.family);
	address_copy(r.destination, key->destination, r.family);
	name_set(d, &r, key->reason);
	return bytes_append(to, &r, sizeof(r));
}

static int idle_by_age(const void *a, const void *b)
{
	const struct idle *x = a, *y = b;

	return (x->last_ns > y->last_ns) - (x->last_ns < y->last_ns);
}

/* Those idle for longest, whose counts have been told. */
static void room_make(struct drops *d, struct idle *idle, size_t length, uint64_t before_ns)
{
	size_t surplus = d->shared->added - d->removed > LOW ? d->shared->added - d->removed - LOW : 0;

	qsort(idle, length, sizeof(*idle), idle_by_age);
	for (size_t i = 0; i < length && i < surplus && idle[i].last_ns + SLACK_NS < before_ns; i++)
		d->removed += !bpf_map_delete_elem(d->counts_fd, &idle[i].key);
}

static int counts_read(struct drops *d, bool all, uint64_t before_ns, struct bytes *to, struct idle *idle, size_t *length)
{
	__u32 position, *from = NULL;
	int end = 0, err = 0;

	while (!end && !err) {
		__u32 count = BATCH;

		end = bpf_map_lookup_batch(d->counts_fd, from, &position, d->keys, d->counts, &count, NULL);
		if (end && end != -ENOENT)
			return end;
		for (__u32 i = 0; i < count && !err; i++) {
			if (idle && *length < DROPS_MAX)
				idle[(*length)++] = (struct idle){ d->counts[i].last_ns, d->keys[i] };
			if (all || d->counts[i].last_ns + SLACK_NS >= before_ns)
				err = count_append(d, to, &d->keys[i], &d->counts[i]);
		}
		from = &position;
	}
	return err;
}

static int rest_append(const struct drops *d, struct bytes *to, const struct drop_rest_key *key, const struct drop_count *count)
{
	struct tcptop_dropped r = {
		.tag = TAG_DROPPED, .size = sizeof(r), .protocol = key->protocol, .direction = key->direction,
		.first_ns = count->first_ns, .last_ns = count->last_ns, .packets = count->packets, .bytes = count->bytes,
	};

	name_set(d, &r, key->reason);
	return bytes_append(to, &r, sizeof(r));
}

/* For which there was no memory even by reason: their number alone. */
static int uncounted_append(const struct drops *d, struct bytes *to)
{
	struct tcptop_dropped r = { .tag = TAG_DROPPED, .size = sizeof(r), .reason = "other", .packets = d->shared->uncounted };

	r.last_ns = d->shared->last_ns;
	return r.packets ? bytes_append(to, &r, sizeof(r)) : 0;
}

/* All that there can be fits into one batch. */
static int rest_read(struct drops *d, struct bytes *to)
{
	__u32 position, count = DROPS_REST_MAX;
	int err = bpf_map_lookup_batch(d->rest_fd, NULL, &position, d->rest_keys, d->rest_counts, &count, NULL);

	if (err && err != -ENOENT)
		return err;
	err = 0;
	for (__u32 i = 0; i < count && !err; i++)
		err = rest_append(d, to, &d->rest_keys[i], &d->rest_counts[i]);
	return err;
}

bool drops_are_due(const struct drops *d)
{
	return __atomic_load_n(&d->shared->last_ns, __ATOMIC_ACQUIRE) != d->seen_ns;
}

/* What is counted meanwhile changes shared->last_ns after it was read here, and is due again. */
int drops_read(struct drops *d, bool describe_all, struct bytes *to)
{
	uint64_t seen_ns = __atomic_load_n(&d->shared->last_ns, __ATOMIC_ACQUIRE), before_ns = d->read_ns;
	bool is_full = d->shared->added - d->removed >= HIGH;
	struct idle *idle = is_full ? malloc(DROPS_MAX * sizeof(*idle)) : NULL;
	size_t length = 0;
	int err;

	d->read_ns = clock_ns(CLOCK_BOOTTIME);
	err = counts_read(d, describe_all, before_ns, to, idle, &length);
	if (!err)
		err = rest_read(d, to);
	if (!err)
		err = uncounted_append(d, to);
	if (!err && idle)
		room_make(d, idle, length, before_ns);
	free(idle);
	if (!err)
		d->seen_ns = seen_ns;
	return err;
}

static int shared_map(struct drops *d)
{
	void *memory;

	d->shared_bytes = sysconf(_SC_PAGESIZE);
	memory = mmap(NULL, d->shared_bytes, PROT_READ, MAP_SHARED, bpf_object__find_map_fd_by_name(d->object, ".bss"), 0);
	if (memory == MAP_FAILED)
		return -errno;
	d->shared = memory;
	return 0;
}

static int settings_set(struct drops *d, bool has_udp)
{
	struct drop_settings settings = { .told_others = 1, .udp = has_udp };

	for (int i = 0; i < DROP_REASONS; i++) {
		settings.told[i] = reason_is_loss(d->reasons.names[i]);
		if (!strcmp(d->reasons.names[i], "TCP_RFC7323_PAWS"))
			settings.paws = i;
	}
	return bpf_map__set_initial_value(bpf_object__find_map_by_name(d->object, ".rodata"), &settings, sizeof(settings));
}

static int map_share(struct drops *d, const char *name, int fd)
{
	return bpf_map__reuse_fd(bpf_object__find_map_by_name(d->object, name), fd);
}

/* Without the UDP programs the maps that it shares with them are its own, and empty. */
static int object_load(struct programs *p, struct drops *d)
{
	const char *program = d->reasons.has_receiver ? "packet_dropped" : "packet_dropped_plain", *sockets = "udp_sockets";
	struct bpf_program *each;
	int err;

	d->object = relocated_open(drops_object, drops_object_end - drops_object, "tcptop_drops");
	if (!d->object)
		return -errno;
	bpf_object__for_each_program(each, d->object)
		bpf_program__set_autoload(each, !strcmp(bpf_program__name(each), program));
	if (p->udp && ((err = map_share(d, "udp_flows", p->udp->flows_fd)) ||
		       (err = map_share(d, "udp_counters", p->udp->counters_fd)) ||
		       (err = map_share(d, sockets, bpf_object__find_map_fd_by_name(p->udp->object, sockets)))))
		return err;
	if ((err = settings_set(d, p->udp)) || (err = relocated_load(d->object)) || (err = shared_map(d)))
		return err;
	d->counts_fd = bpf_object__find_map_fd_by_name(d->object, "drops");
	d->rest_fd = bpf_object__find_map_fd_by_name(d->object, "drops_rest");
	d->link = bpf_program__attach(bpf_object__find_program_by_name(d->object, program));
	return d->link ? 0 : -errno;
}

int drops_watch(struct programs *p, struct drops **to)
{
	struct drops *d = calloc(1, sizeof(*d));
	size_t log_length = strlen(p->beside.log);
	int err = d ? reasons_read(&d->reasons) : -ENOMEM;

	if (!err && (err = object_load(p, d)) == -ENOENT)
		err = -EINVAL; /* that of a kernel that gives no reasons */
	if (err) {
		drops_free(d);
		d = NULL;
	}
	p->beside.log[log_length] = 0;
	*to = d;
	return err;
}

void drops_free(struct drops *d)
{
	if (!d)
		return;
	bpf_link__destroy(d->link);
	if (d->shared)
		munmap(d->shared, d->shared_bytes);
	bpf_object__close(d->object);
	free(d);
}

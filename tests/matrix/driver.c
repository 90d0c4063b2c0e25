/* SPDX-License-Identifier: MIT */
/* What the running kernel lets tcptop do, a line for each finding: a word that says what about, then key=value pairs.
 * scripts/matrix-table.ts makes the table of them. */
#define _GNU_SOURCE
#include "driver.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>
#include <bpf/libbpf.h>

#define RING_BYTES (1 << 20)
#define LIMIT_NS 20000000000ull

extern const uint8_t tcp_object[] __attribute__((visibility("hidden")));
extern const uint8_t tcp_object_end[] __attribute__((visibility("hidden")));

static struct truth truth;
static struct traffic traffic;

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

static void pump(struct tcptop *t, int32_t look)
{
	static uint8_t buffer[64 << 10];
	int32_t n;

	tcptop__snapshot(t, look);
	while ((n = tcptop__drain(t, buffer, sizeof(buffer))) > 0)
		truth_apply(&truth, buffer, n);
	while ((n = tcptop__snapshot_read(t, buffer, sizeof(buffer))) > 0)
		truth_apply(&truth, buffer, n);
}

static void compare(struct tcptop *t, const char *name, const struct wanted *w)
{
	uint64_t end = now_ns() + LIMIT_NS;
	char why[160];
	bool exact;

	do {
		pump(t, 0);
	} while (truth_found(&truth, w) < truth_expected(w->phase) && now_ns() < end && tcptop__wait(t, 20) >= 0);
	exact = truth_exact(&truth, &traffic, w, why);
	printf("workload %s exact=%s %s\n", name, exact ? "yes" : "no", why);
}

/* Everything is described anew and every owner looked for, by a process that may do nothing any more. */
static void without_privileges(struct tcptop *t)
{
	uint64_t errors = truth.tick.snapshot_errors;
	int32_t err = tcptop__drop(t, 65534, 65534);

	printf("privileges dropped=%s uid=%u\n", err ? strerrorname_np(-err) : "yes", geteuid());
	truth.count = 0;
	tcptop__describe_again(t);
	pump(t, 1);
	compare(t, "unprivileged", &(struct wanted){ HELD, false, true, true });
	printf("snapshot unprivileged_errors=%llu\n", (unsigned long long)(truth.tick.snapshot_errors - errors));
}

static void workload(struct tcptop *t)
{
	compare(t, "earlier", &(struct wanted){ EARLIER, false, true, true });
	if (!traffic_run(&traffic, HELD))
		printf("traffic held=no\n");
	compare(t, "held", &(struct wanted){ HELD, false, true, true });
	if (!traffic_run(&traffic, SHORT))
		printf("traffic short=no\n");
	compare(t, "short", &(struct wanted){ SHORT, true, true, true });
	without_privileges(t);
	if (!traffic_close(&traffic))
		printf("traffic close=no\n");
	compare(t, "closed", &(struct wanted){ HELD, true, true, true });
	printf("health events_lost=%llu sockets_untracked=%llu snapshot_errors=%llu invalid=%u\n",
	       (unsigned long long)truth.tick.events_lost, (unsigned long long)truth.tick.sockets_untracked,
	       (unsigned long long)truth.tick.snapshot_errors, truth.invalid);
}

/* The first line of what the shim says of its failure. */
static void say_failure(struct tcptop *t, int32_t err)
{
	uint8_t said[256];
	int32_t n = tcptop__error(t, said, sizeof(said));
	const uint8_t *end = memchr(said, '\n', n);

	printf("source tcp=none bpf=%s stage=%.*s\n", strerrorname_np(-err), (int)(end ? end - said : n), (const char *)said);
}

static void features(void)
{
	struct utsname name;

	uname(&name);
	printf("kernel release=%s\n", name.release);
	printf("feature btf=%s\n", access("/sys/kernel/btf/vmlinux", R_OK) ? "no" : "yes");
	printf("feature ringbuf=%s\n", libbpf_probe_bpf_map_type(BPF_MAP_TYPE_RINGBUF, NULL) == 1 ? "yes" : "no");
	probe_programs(tcp_object, tcp_object_end - tcp_object);
}

int main(void)
{
	struct tcptop *t = tcptop__new();
	int32_t err;

	setvbuf(stdout, NULL, _IOLBF, 0);
	features();
	traffic_start(&traffic);
	if (!traffic_run(&traffic, EARLIER))
		printf("traffic earlier=no\n");
	err = tcptop__load(t, RING_BYTES);
	if (err) {
		say_failure(t, err);
	} else {
		printf("source tcp=bpf\n");
		workload(t);
	}
	tcptop__free(t);
	printf("end\n");
	return 0;
}

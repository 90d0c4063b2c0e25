/* SPDX-License-Identifier: MIT */
/* What the running kernel lets tcptop do, a line for each finding: a word that says what about, then key=value pairs.
 * scripts/matrix-table.ts makes the table of them. "driver" takes the best source, "driver netlink" that one, "driver table" keeps
 * sockets in a table where the kernel can do that;
 * "driver hold" only holds its connections, for another program to show. */
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
#define UDP_TIMEOUT_MS 600000
#define BUSY_FIRST 1207
#define BUSY_THEN 2003

extern const uint8_t tcp_object[] __attribute__((visibility("hidden")));
extern const uint8_t tcp_object_end[] __attribute__((visibility("hidden")));
extern const uint8_t udp_object[] __attribute__((visibility("hidden")));
extern const uint8_t udp_object_end[] __attribute__((visibility("hidden")));
extern const uint8_t udp_types_object[] __attribute__((visibility("hidden")));
extern const uint8_t udp_types_object_end[] __attribute__((visibility("hidden")));

static struct truth truth;
static struct traffic traffic;
static enum tcptop_keep keep = KEEP_AS_ALLOWED;
static bool by_netlink; /* then owners of connections that end at once are not known */
static const char *prefix = "";

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
	char why[200];
	bool exact, complete;

	do {
		pump(t, 0);
		exact = truth_exact(&truth, &traffic, w, why);
		/* Netlink may see a socket some time before it has looked for its owner. */
		complete = by_netlink ? exact : truth_found(&truth, w) >= truth_expected(w->phase);
	} while (!complete && now_ns() < end && tcptop__wait(t, 20) >= 0);
	printf("workload %s%s exact=%s %s\n", prefix, name, exact ? "yes" : "no", why);
}

/* A server's socket, which is older than us, has its owner from the owner pass of the TCP programs. */
static void compare_flows(struct tcptop *t, const char *name)
{
	uint64_t end = now_ns() + LIMIT_NS;
	char why[200];
	bool exact;

	do {
		pump(t, 0);
	} while (truth_flows_found(&truth) < truth_flows_expected() && now_ns() < end && tcptop__wait(t, 20) >= 0);
	exact = truth_flows_exact(&truth, &traffic, !by_netlink, why);
	printf("workload %s%s exact=%s %s\n", prefix, name, exact ? "yes" : "no", why);
}

static void compare_names(struct tcptop *t, const char *name)
{
	char why[200];

	truth.answer_count = 0;
	if (!names_run())
		printf("traffic names=no\n");
	pump(t, 0);
	pump(t, 0);
	printf("workload %s%s exact=%s %s\n", prefix, name, truth_names_exact(&truth, why) ? "yes" : "no", why);
}

/* The first datagrams make the flow busy; those after the next look at it are counted in its place. */
static void compare_busy(struct tcptop *t, const char *name)
{
	uint64_t end = now_ns() + LIMIT_NS, in_place;
	struct busy_flow flow;
	char why[200];
	bool exact;

	if (!busy_open(&flow) || !busy_run(&flow, BUSY_FIRST))
		printf("traffic busy=no\n");
	pump(t, 0);
	if (!busy_run(&flow, BUSY_THEN))
		printf("traffic busy=no\n");
	do {
		pump(t, 0);
		exact = truth_busy_exact(&truth, &flow, why);
	} while (!exact && now_ns() < end && tcptop__wait(t, 20) >= 0);
	in_place = busy_in_place(&flow);
	printf("workload %s%s exact=%s types=%s %s, %llu in its place\n", prefix, name, exact && in_place == BUSY_THEN ? "yes" : "no",
	       busy_by_types() ? "yes" : "no", why, (unsigned long long)in_place);
}

static void compare_losses(struct tcptop *t, const char *name)
{
	uint64_t end = now_ns() + LIMIT_NS;
	struct lossy lossy;
	char why[200];
	bool exact;

	if (!losses_run(&lossy))
		printf("traffic losses=no\n");
	do {
		pump(t, 1);
		exact = truth_losses_exact(&truth, &lossy, why);
	} while (!exact && now_ns() < end && tcptop__wait(t, 20) >= 0);
	printf("workload %s%s exact=%s %s\n", prefix, name, exact ? "yes" : "no", why);
}

/* The first line of what the shim says of its failure. */
static void say_failure(struct tcptop *t, const char *source, int32_t err)
{
	uint8_t said[256];
	int32_t n = tcptop__error(t, said, sizeof(said));
	const uint8_t *end = memchr(said, '\n', n);

	printf("refused %s%s=%s %.*s\n", prefix, source, strerrorname_np(-err), (int)(end ? end - said : n), (const char *)said);
}

static bool udp_open(struct tcptop *t)
{
	int32_t err = tcptop__udp_load(t, UDP_TIMEOUT_MS, 1);

	if (err < 0)
		say_failure(t, "udp", err);
	printf("source %sudp=%s\n", prefix, err < 0 ? "none" : err & UDP_PART_OF_CGROUPS ? "partial" : "bpf");
	truth.gives_reasons = tcptop__watch_drops(t) == 1;
	printf("source %sreasons=%s\n", prefix, truth.gives_reasons ? "bpf" : "none");
	return err >= 0;
}

/* Everything is described anew and every owner looked for, by a process that may do nothing any more. */
static void without_privileges(struct tcptop *t, bool udp)
{
	uint64_t errors = truth.tick.snapshot_errors;
	int32_t err = tcptop__drop(t, 65534, 65534);

	if (err)
		printf("privileges kept=%s\n", strerrorname_np(-err));
	truth.count = truth.flow_count = 0;
	tcptop__describe_again(t);
	pump(t, 1);
	compare(t, "unprivileged", &(struct wanted){ HELD, false, true, true });
	if (udp)
		compare_flows(t, "udp_unprivileged");
	printf("snapshot %sunprivileged_errors=%llu\n", prefix, (unsigned long long)(truth.tick.snapshot_errors - errors));
}

static void workload(struct tcptop *t, bool udp)
{
	compare(t, "earlier", &(struct wanted){ EARLIER, false, true, true });
	if (!traffic_run(&traffic, HELD))
		printf("traffic held=no\n");
	compare(t, "held", &(struct wanted){ HELD, false, true, true });
	if (!traffic_run(&traffic, SHORT))
		printf("traffic short=no\n");
	compare(t, "short", &(struct wanted){ SHORT, true, !by_netlink, !by_netlink });
	if (udp && !traffic_run(&traffic, DATAGRAMS))
		printf("traffic datagrams=no\n");
	if (udp)
		compare_flows(t, "udp");
	if (udp)
		compare_names(t, "udp_names");
	if (udp)
		compare_busy(t, "udp_busy");
	without_privileges(t, udp);
	if (udp && !by_netlink) /* what sockets have lost is read with the types that the TCP programs need too */
		compare_losses(t, "udp_losses");
	if (!traffic_close(&traffic))
		printf("traffic close=no\n");
	compare(t, "closed", &(struct wanted){ HELD, true, true, true });
	printf("health %sevents_lost=%llu sockets_untracked=%llu snapshot_errors=%llu udp_evicted=%llu udp_untracked=%llu invalid=%u\n",
	       prefix,
	       (unsigned long long)truth.tick.events_lost, (unsigned long long)truth.tick.sockets_untracked,
	       (unsigned long long)truth.tick.snapshot_errors, (unsigned long long)truth.tick.udp_evicted,
	       (unsigned long long)truth.tick.udp_untracked, truth.invalid);
}

static void features(void)
{
	struct utsname name;

	uname(&name);
	printf("kernel release=%s\n", name.release);
	printf("feature btf=%s\n", access("/sys/kernel/btf/vmlinux", R_OK) ? "no" : "yes");
	printf("feature ringbuf=%s\n", libbpf_probe_bpf_map_type(BPF_MAP_TYPE_RINGBUF, NULL) == 1 ? "yes" : "no");
	probe_programs(tcp_object, tcp_object_end - tcp_object);
	probe_programs(udp_object, udp_object_end - udp_object);
	probe_programs(udp_types_object, udp_types_object_end - udp_types_object);
}

/* As tcptop does it: BPF if it can be had, else netlink on a new handle. NULL: neither. */
static struct tcptop *source_open(void)
{
	struct tcptop *t = tcptop__new();
	int32_t err = by_netlink ? 0 : tcptop__load(t, RING_BYTES, 1, keep);

	if (err) {
		say_failure(t, "bpf", err);
		tcptop__free(t);
		if (keep == KEEP_IN_TABLE)
			return NULL;
		t = tcptop__new();
		by_netlink = true;
	}
	if (by_netlink && (err = tcptop__open_netlink(t)) < 0) {
		say_failure(t, "netlink", err);
		tcptop__free(t);
		t = NULL;
	} else if (by_netlink && err) {
		printf("limits %s=%d\n", prefix, err);
	}
	return t;
}

static int hold(void)
{
	traffic_start(&traffic);
	if (!traffic_run(&traffic, HELD))
		return 1;
	printf("hold server=%d client=%d port4=%u port6=%u sockets=%u up=%u down=%u\n", traffic.server, traffic.client,
	       phases[HELD].ports[0], phases[HELD].ports[1], truth_expected(HELD), phases[HELD].up, phases[HELD].down);
	pause();
	return 0;
}

int main(int argc, char **argv)
{
	struct tcptop *t;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc > 1 && !strcmp(argv[1], "hold"))
		return hold();
	if (argc > 1 && !strcmp(argv[1], "netlink")) {
		by_netlink = true;
		prefix = "netlink_";
	} else if (argc > 1 && !strcmp(argv[1], "table")) {
		keep = KEEP_IN_TABLE;
		prefix = "table_";
	} else {
		features();
	}
	traffic_start(&traffic);
	if (!traffic_run(&traffic, EARLIER))
		printf("traffic earlier=no\n");
	t = source_open();
	printf("source %stcp=%s\n", prefix, !t ? "none" : by_netlink ? "netlink" : "bpf");
	if (t) {
		bool udp = strcmp(prefix, "netlink_") && udp_open(t);

		if (!by_netlink)
			verified_say(prefix);
		workload(t, udp);
	}
	tcptop__free(t);
	return 0;
}

/* SPDX-License-Identifier: MIT */
/* What the records say, against what the traffic was. */
#include "driver.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#define ESTABLISHED 1

static struct fact *fact_of(struct truth *truth, uint64_t cookie)
{
	for (unsigned i = 0; i < truth->count; i++)
		if (truth->facts[i].record.cookie == cookie)
			return &truth->facts[i];
	if (truth->count == sizeof(truth->facts) / sizeof(*truth->facts)) {
		truth->invalid++;
		return NULL;
	}
	return &truth->facts[truth->count++];
}

static void apply_record(struct truth *truth, const struct tcptop_tcp_record *r)
{
	struct fact *fact = fact_of(truth, r->cookie);

	if (!fact)
		return;
	/* A snapshot may have met a socket before its close record was written, and is applied after it. */
	if (fact->closed && r->tag == TAG_TCP_LIVE)
		return;
	fact->closed |= r->tag == TAG_TCP_CLOSE;
	fact->record = *r;
}

static void apply_counters(struct truth *truth, const struct tcptop_tcp_counters *c)
{
	struct fact *fact = fact_of(truth, c->cookie);

	if (!fact || fact->closed)
		return;
	if (fact->record.cookie != c->cookie)
		truth->invalid++; /* counters of a socket that was never described */
	fact->record.cookie = c->cookie;
	fact->record.state = c->state;
	fact->record.rx_bytes = c->rx_bytes;
	fact->record.tx_bytes = c->tx_bytes;
}

static void apply_flow(struct truth *truth, const struct tcptop_udp_record *r)
{
	unsigned i = 0;

	while (i < truth->flow_count && (truth->flows[i].cookie != r->cookie || truth->flows[i].remote_port != r->remote_port ||
					 memcmp(truth->flows[i].remote_address, r->remote_address, sizeof(r->remote_address))))
		i++;
	if (i == sizeof(truth->flows) / sizeof(*truth->flows)) {
		truth->invalid++;
		return;
	}
	truth->flow_count += i == truth->flow_count;
	truth->flows[i] = *r;
}

/* Whose the socket is from now on, for all of its flows. */
static void apply_flow_owner(struct truth *truth, const struct tcptop_udp_owner *o)
{
	for (unsigned i = 0; i < truth->flow_count; i++) {
		struct tcptop_udp_record *r = &truth->flows[i];

		if (r->cookie != o->cookie)
			continue;
		r->how = o->how;
		r->tgid = o->tgid;
		memcpy(r->comm, o->comm, sizeof(r->comm));
	}
}

void truth_apply(struct truth *truth, const uint8_t *data, int32_t length)
{
	while (length > 0) {
		uint16_t head[2];
		struct tcptop_tcp_record r;
		struct tcptop_tcp_counters c;
		struct tcptop_udp_record flow;
		struct tcptop_udp_owner owner;
		struct tcptop_process process;

		memcpy(head, data, sizeof(head));
		if (head[1] < sizeof(head) || head[1] > length) {
			truth->invalid++;
			return;
		}
		if (head[0] == TAG_TICK && head[1] == sizeof(truth->tick)) {
			memcpy(&truth->tick, data, sizeof(truth->tick));
		} else if (head[0] == TAG_TCP_COUNTERS && head[1] == sizeof(c)) {
			memcpy(&c, data, sizeof(c));
			apply_counters(truth, &c);
		} else if (head[0] <= TAG_TCP_OWNER && head[1] == sizeof(r)) {
			memcpy(&r, data, sizeof(r));
			apply_record(truth, &r);
		} else if (head[0] == TAG_UDP_FLOW && head[1] == sizeof(flow)) {
			memcpy(&flow, data, sizeof(flow));
			apply_flow(truth, &flow);
		} else if (head[0] == TAG_DROPPED && head[1] == sizeof(struct tcptop_dropped)) {
			memcpy(&truth->dropped[truth->dropped_count++ % 64], data, sizeof(struct tcptop_dropped));
		} else if (head[0] == TAG_TCP_LIMITS && head[1] == sizeof(struct tcptop_tcp_limits)) {
			; /* what a connection waits for is compared by tests/kernel */
		} else if (head[0] == TAG_TCP_RESET && head[1] == sizeof(struct tcptop_tcp_reset)) {
			; /* why a connection was reset is compared there too */
		} else if (head[0] == TAG_TCP_PATH && head[1] == sizeof(struct tcptop_tcp_path)) {
			; /* so is its path */
		} else if (head[0] == TAG_DNS_ANSWER && head[1] <= sizeof(*truth->answers)) {
			if (truth->answer_count < NAMES_ANSWERS)
				memcpy(&truth->answers[truth->answer_count], data, head[1]);
			truth->answer_count++;
		} else if (head[0] == TAG_UDP_OWNER && head[1] == sizeof(owner)) {
			memcpy(&owner, data, sizeof(owner));
			apply_flow_owner(truth, &owner);
		} else if (head[0] == TAG_PROCESS && head[1] == sizeof(process)) {
			memcpy(&process, data, sizeof(process));
			truth->invalid += !process.exe[0]; /* nobody here has a name that is too long to be read */
		} else {
			truth->invalid++;
		}
		data += head[1];
		length -= head[1];
	}
}

/* 0: no socket of this phase; else 1 for its client's end, 2 for its server's. */
static int side_of(const struct fact *fact, const struct phase *p)
{
	const struct tcptop_tcp_record *r = &fact->record;
	uint16_t port = p->ports[r->family == 6];

	if (r->remote_port == port)
		return 1;
	return r->local_port == port && r->remote_port ? 2 : 0;
}

static bool in_condition(const struct fact *fact, const struct wanted *w)
{
	return side_of(fact, &phases[w->phase]) && (w->closed ? fact->closed : !fact->closed && fact->record.state == ESTABLISHED);
}

unsigned truth_found(const struct truth *truth, const struct wanted *w)
{
	unsigned found = 0;

	for (unsigned i = 0; i < truth->count; i++)
		found += in_condition(&truth->facts[i], w);
	return found;
}

unsigned truth_expected(enum phase_id phase)
{
	return phases[phase].count * FAMILIES * 2;
}

static bool loopback(const struct tcptop_tcp_record *r, const uint8_t address[16])
{
	static const uint8_t one4[4] = { 127, 0, 0, 1 }, one6[16] = { [15] = 1 };

	return r->family == 6 ? !memcmp(address, one6, 16) : !memcmp(address, one4, 4);
}

static const char *difference(const struct fact *fact, const struct traffic *t, const struct wanted *w)
{
	const struct tcptop_tcp_record *r = &fact->record;
	const struct phase *p = &phases[w->phase];
	bool client = side_of(fact, p) == 1;

	if (r->tx_bytes != (client ? p->up : p->down))
		return "bytes sent";
	if (r->rx_bytes != (client ? p->down : p->up))
		return "bytes received";
	if (!loopback(r, r->local_address) || !loopback(r, r->remote_address))
		return "address";
	if (w->owners && (r->how < OWNER_CONNECT || (pid_t)r->tgid != (client ? t->client : t->server)))
		return "owner";
	if (w->owners && strncmp((const char *)r->comm, client ? "matrix-client" : "matrix-server", sizeof(r->comm)))
		return "owner's name";
	if (w->directions && r->direction != (client ? DIRECTION_OUTBOUND : DIRECTION_INBOUND))
		return "direction";
	return NULL;
}

bool truth_exact(const struct truth *truth, const struct traffic *t, const struct wanted *w, char why[200])
{
	for (unsigned i = 0; i < truth->count; i++) {
		const struct fact *fact = &truth->facts[i];
		const char *what = in_condition(fact, w) ? difference(fact, t, w) : NULL;

		if (!what)
			continue;
		snprintf(why, 200, "%u of %u sockets, %s of %u -> %u: %llu out, %llu in, segments %u out, %u in, pid %u, how %u, direction %u",
			 truth_found(truth, w), truth_expected(w->phase), what, fact->record.local_port, fact->record.remote_port, (unsigned long long)fact->record.tx_bytes,
			 (unsigned long long)fact->record.rx_bytes, fact->record.tx_packets, fact->record.rx_packets,
			 fact->record.tgid, fact->record.how, fact->record.direction);
		return false;
	}
	snprintf(why, 200, "%u of %u sockets", truth_found(truth, w), truth_expected(w->phase));
	return truth_found(truth, w) == truth_expected(w->phase);
}

/* SPDX-License-Identifier: MIT */
/* What the records say of UDP, against what the traffic was. */
#include "driver.h"

#include <stdio.h>
#include <string.h>

/* 0: not ours; else 1 for the client's flow, 2 for the server's. */
static int side_of(const struct tcptop_udp_record *r)
{
	uint16_t port = phases[DATAGRAMS].ports[r->family == 6];

	if (r->remote_port == port)
		return 1;
	return r->local_port == port ? 2 : 0;
}

unsigned truth_flows_expected(void)
{
	return phases[DATAGRAMS].count * FAMILIES * 2;
}

unsigned truth_flows_found(const struct truth *truth)
{
	unsigned found = 0;

	for (unsigned i = 0; i < truth->flow_count; i++)
		found += side_of(&truth->flows[i]) != 0;
	return found;
}

static const char *difference(const struct tcptop_udp_record *r, const struct traffic *t, bool older_owners)
{
	const struct phase *p = &phases[DATAGRAMS];
	bool client = side_of(r) == 1;

	if (r->unknown & UNKNOWN_BYTES || r->tx_bytes != p->datagrams * (client ? p->up : p->down))
		return "bytes sent";
	if (r->rx_bytes != p->datagrams * (client ? p->down : p->up))
		return "bytes received";
	if (r->tx_packets != p->datagrams || r->rx_packets != p->datagrams)
		return "datagrams";
	if (!client && !older_owners)
		return NULL;
	if (r->how < OWNER_CONNECT || (pid_t)r->tgid != (client ? t->client : t->server))
		return "owner";
	if (strncmp((const char *)r->comm, client ? "matrix-client" : "matrix-server", sizeof(r->comm)))
		return "owner's name";
	return NULL;
}

bool truth_flows_exact(const struct truth *truth, const struct traffic *t, bool older_owners, char why[200])
{
	for (unsigned i = 0; i < truth->flow_count; i++) {
		const struct tcptop_udp_record *r = &truth->flows[i];
		const char *what = side_of(r) ? difference(r, t, older_owners) : NULL;

		if (!what)
			continue;
		snprintf(why, 200, "%s of %u -> %u: %llu out, %llu in, pid %u, how %u", what, r->local_port, r->remote_port,
			 (unsigned long long)r->tx_bytes, (unsigned long long)r->rx_bytes, r->tgid, r->how);
		return false;
	}
	snprintf(why, 200, "%u of %u flows", truth_flows_found(truth), truth_flows_expected());
	return truth_flows_found(truth) == truth_flows_expected();
}

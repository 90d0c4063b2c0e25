/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "message.h"

#include <arpa/inet.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

struct attributes {
	const uint8_t *at;
	size_t left;
};

/* One direction's addresses and ports. */
struct tuple {
	uint8_t source[16], destination[16];
	uint16_t source_port, destination_port;
	uint8_t protocol;
};

/* The payload of the attribute that is next; NULL: there is none left. */
static const uint8_t *next(struct attributes *a, uint16_t *type, size_t *length)
{
	struct nlattr header;
	size_t step;

	if (a->left < sizeof(header))
		return NULL;
	memcpy(&header, a->at, sizeof(header));
	if (header.nla_len < sizeof(header) || header.nla_len > a->left)
		return NULL;
	step = NLA_ALIGN(header.nla_len) < a->left ? NLA_ALIGN(header.nla_len) : a->left;
	a->at += step;
	a->left -= step;
	*type = header.nla_type & NLA_TYPE_MASK;
	*length = header.nla_len - sizeof(header);
	return a->at - step + sizeof(header);
}

static void take(uint8_t *to, size_t most, const uint8_t *from, size_t length)
{
	memcpy(to, from, length < most ? length : most);
}

static void parse_addresses(struct attributes a, struct tuple *t)
{
	const uint8_t *value;
	uint16_t type;
	size_t length;

	while ((value = next(&a, &type, &length))) {
		if (type == CTA_IP_V4_SRC || type == CTA_IP_V6_SRC)
			take(t->source, 16, value, length);
		else if (type == CTA_IP_V4_DST || type == CTA_IP_V6_DST)
			take(t->destination, 16, value, length);
	}
}

static void parse_ports(struct attributes a, struct tuple *t)
{
	const uint8_t *value;
	uint16_t type;
	size_t length;

	while ((value = next(&a, &type, &length))) {
		if (type == CTA_PROTO_NUM && length >= 1)
			t->protocol = *value;
		else if (type == CTA_PROTO_SRC_PORT && length >= 2)
			t->source_port = value[0] << 8 | value[1];
		else if (type == CTA_PROTO_DST_PORT && length >= 2)
			t->destination_port = value[0] << 8 | value[1];
	}
}

static void parse_tuple(struct attributes a, struct tuple *t)
{
	const uint8_t *value;
	uint16_t type;
	size_t length;

	while ((value = next(&a, &type, &length))) {
		if (type == CTA_TUPLE_IP)
			parse_addresses((struct attributes){ value, length }, t);
		else if (type == CTA_TUPLE_PROTO)
			parse_ports((struct attributes){ value, length }, t);
	}
}

/* What follows the header of nfnetlink. */
static struct attributes body(const struct nlmsghdr *m)
{
	const size_t before = NLMSG_HDRLEN + NLMSG_ALIGN(sizeof(struct nfgenmsg));

	return m->nlmsg_len < before ? (struct attributes){} : (struct attributes){ (const uint8_t *)m + before, m->nlmsg_len - before };
}

static void fill(struct tcptop_translation *r, const struct tuple *original, const struct tuple *reply)
{
	memcpy(r->from_address, original->source, 16);
	memcpy(r->to_address, original->destination, 16);
	memcpy(r->server_address, reply->source, 16);
	memcpy(r->seen_address, reply->destination, 16);
	r->from_port = original->source_port;
	r->to_port = original->destination_port;
	r->server_port = reply->source_port;
	r->seen_port = reply->destination_port;
}

bool translation_parse(const struct nlmsghdr *m, uint32_t netns, struct tcptop_translation *to)
{
	struct tuple original = {}, reply = {};
	struct attributes a = body(m);
	const uint8_t *value;
	uint32_t status = 0;
	uint16_t type;
	size_t length;
	uint8_t family;

	if (m->nlmsg_type >> 8 != NFNL_SUBSYS_CTNETLINK || !a.at)
		return false;
	family = ((const struct nfgenmsg *)NLMSG_DATA(m))->nfgen_family;
	while ((value = next(&a, &type, &length))) {
		if (type == CTA_TUPLE_ORIG)
			parse_tuple((struct attributes){ value, length }, &original);
		else if (type == CTA_TUPLE_REPLY)
			parse_tuple((struct attributes){ value, length }, &reply);
		else if (type == CTA_STATUS && length >= 4)
			memcpy(&status, value, 4);
	}
	if (!(ntohl(status) & (IPS_SRC_NAT | IPS_DST_NAT)) || (family != AF_INET && family != AF_INET6) ||
	    (original.protocol != IPPROTO_TCP && original.protocol != IPPROTO_UDP))
		return false;
	*to = (struct tcptop_translation){
		.tag = TAG_TRANSLATION, .size = sizeof(*to), .family = family == AF_INET ? 4 : 6, .protocol = original.protocol,
		.change = (m->nlmsg_type & 0xff) == IPCTNL_MSG_CT_DELETE ? TRANSLATION_GONE : TRANSLATION_THERE, .netns = netns,
	};
	fill(to, &original, &reply);
	return true;
}

uint32_t entries_parse(const struct nlmsghdr *m)
{
	struct attributes a = body(m);
	const uint8_t *value;
	uint32_t entries = 0;
	uint16_t type;
	size_t length;

	while ((value = next(&a, &type, &length)))
		if (type == CTA_STATS_GLOBAL_ENTRIES && length >= 4)
			memcpy(&entries, value, 4);
	return ntohl(entries);
}

/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "table.h"
#include "message.h"
#include "../base/clock.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_compat.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* An event takes about 1 KiB of it: at 10,000 translated connections a second it lasts for more than a second. */
#define EVENT_BUFFER_BYTES (32 << 20)
#define ANSWER_BYTES (1 << 15) /* netlink_recvmsg() makes a dump's messages no longer */
#define EVENT_BYTES 4096
/* Where the kernel does not tell of new entries they are looked for, with no more than this share of a processor. */
#define LOOK_SHARE 20

/* Of netlink messages: those whose status (in network byte order, as a filter loads it) has a bit of a translation. SKF_AD_NLATTR finds the attribute
 * X behind offset A. */
static struct sock_filter translated[] = {
	BPF_STMT(BPF_LD | BPF_IMM, NLMSG_HDRLEN + sizeof(struct nfgenmsg)),
	BPF_STMT(BPF_LDX | BPF_IMM, CTA_STATUS),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, (uint32_t)SKF_AD_OFF + SKF_AD_NLATTR),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 3, 0),
	BPF_STMT(BPF_MISC | BPF_TAX, 0),
	BPF_STMT(BPF_LD | BPF_W | BPF_IND, sizeof(struct nlattr)),
	BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, IPS_SRC_NAT | IPS_DST_NAT, 1, 0),
	BPF_STMT(BPF_RET | BPF_K, 0),
	BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
};

/* SO_RCVBUFFORCE is for root, SO_RCVBUF limited by net.core.rmem_max. */
static int netfilter_socket(int buffer_bytes)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);

	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer_bytes, sizeof(buffer_bytes)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer_bytes, sizeof(buffer_bytes));
	return fd;
}

int table_open(struct table *t, uint32_t netns, bool tells)
{
	*t = (struct table){ .netns = netns, .request_fd = netfilter_socket(1 << 20), .event_fd = -1, .tells = tells };
	return t->request_fd < 0 ? t->request_fd : 0;
}

void table_close(struct table *t)
{
	if (t->request_fd >= 0)
		close(t->request_fd);
	if (t->event_fd >= 0)
		close(t->event_fd);
	t->request_fd = t->event_fd = -1;
}

/* The filter first: nothing else comes in. The groups take CAP_NET_ADMIN. */
static int watch_begin(struct table *t)
{
	const struct sock_fprog program = { sizeof(translated) / sizeof(*translated), translated };
	const struct sockaddr_nl groups = {
		.nl_family = AF_NETLINK, .nl_groups = NF_NETLINK_CONNTRACK_NEW | NF_NETLINK_CONNTRACK_DESTROY,
	};
	int fd = netfilter_socket(EVENT_BUFFER_BYTES), err;

	if (fd < 0)
		return fd;
	if (!setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) &&
	    !bind(fd, (const struct sockaddr *)&groups, sizeof(groups))) {
		t->event_fd = fd;
		return 0;
	}
	err = -errno;
	close(fd);
	return err;
}

static int ask(struct table *t, uint8_t type, uint16_t flags)
{
	struct {
		struct nlmsghdr header;
		struct nfgenmsg body;
	} request = {
		.header = {
			.nlmsg_len = sizeof(request), .nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 | type,
			.nlmsg_flags = NLM_F_REQUEST | flags, .nlmsg_seq = ++t->sequence,
		},
		.body = { .nfgen_family = AF_UNSPEC, .version = NFNETLINK_V0 },
	};

	return send(t->request_fd, &request, sizeof(request), 0) < 0 ? -errno : 0;
}

struct answer {
	struct bytes *to; /* NULL: how many entries there are is asked */
	uint32_t entries;
	uint32_t netns;
};

/* 1: it was the last one; 0: more follow; or negative errno. */
static int answered(struct answer *a, const struct nlmsghdr *m)
{
	struct tcptop_translation record;

	if (m->nlmsg_type == NLMSG_DONE)
		return 1;
	if (m->nlmsg_type == NLMSG_ERROR) {
		int error;

		memcpy(&error, NLMSG_DATA(m), sizeof(error));
		return error ? error : 1;
	}
	if (!a->to) {
		a->entries = entries_parse(m);
		return 1;
	}
	if (!translation_parse(m, a->netns, &record))
		return 0;
	a->entries++;
	return bytes_append(a->to, &record, sizeof(record));
}

static int read_answer(struct table *t, struct answer *a, uint64_t deadline_ns)
{
	_Alignas(struct nlmsghdr) uint8_t buffer[ANSWER_BYTES];

	for (;;) {
		const struct nlmsghdr *m = (const struct nlmsghdr *)buffer;
		ssize_t length;
		size_t left;
		int result;

		if (!in_time(deadline_ns))
			return -ETIME;
		length = recv(t->request_fd, buffer, sizeof(buffer), 0);
		if (length < 0 && errno == EINTR)
			continue;
		if (length <= 0)
			return length < 0 ? -errno : -EPIPE;
		for (left = length; left >= sizeof(*m) && m->nlmsg_len >= sizeof(*m) && m->nlmsg_len <= left;) {
			const size_t step = NLMSG_ALIGN(m->nlmsg_len) < left ? NLMSG_ALIGN(m->nlmsg_len) : left;

			if (m->nlmsg_seq == t->sequence && (result = answered(a, m)))
				return result < 0 ? result : 0;
			left -= step;
			m = (const struct nlmsghdr *)((const uint8_t *)m + step);
		}
	}
}

int64_t table_entries(struct table *t, uint64_t deadline_ns)
{
	struct answer a = {};
	int err = ask(t, IPCTNL_MSG_CT_GET_STATS, 0);

	err = err ? err : read_answer(t, &a, deadline_ns);
	return err ? (int64_t)err : (int64_t)a.entries;
}

static int dump(struct table *t, struct answer *a, uint64_t deadline_ns)
{
	int err = ask(t, IPCTNL_MSG_CT_GET, NLM_F_DUMP);

	return err ? err : read_answer(t, a, deadline_ns);
}

/* Watched before it is read: what comes in between is told twice, which does no harm. */
int table_look(struct table *t, struct bytes *to, uint64_t deadline_ns)
{
	const struct tcptop_translation forget = {
		.tag = TAG_TRANSLATION, .size = sizeof(forget), .change = TRANSLATIONS_FORGOTTEN, .netns = t->netns,
	};
	const uint64_t start_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	const size_t before = to->length;
	struct answer a = { .to = to, .netns = t->netns };
	bool was_watched = t->event_fd >= 0;
	int err = 0;

	if (t->tells && !was_watched)
		err = watch_begin(t);
	err = err ? err : bytes_append(to, &forget, sizeof(forget));
	err = err ? err : dump(t, &a, deadline_ns);
	if (!err && !a.entries && !was_watched && t->tells)
		to->length = before;
	t->is_stale = err != 0;
	t->due_ns = clock_ns(CLOCK_MONOTONIC) + LOOK_SHARE * (clock_ns(CLOCK_THREAD_CPUTIME_ID) - start_ns);
	return err;
}

uint32_t table_events(struct table *t, uint8_t *buffer, uint32_t capacity)
{
	_Alignas(struct nlmsghdr) uint8_t message[EVENT_BYTES];
	struct tcptop_translation record;
	uint32_t used = 0;

	while (t->event_fd >= 0 && capacity - used >= sizeof(record)) {
		ssize_t length = recv(t->event_fd, message, sizeof(message), MSG_DONTWAIT);
		const struct nlmsghdr *m = (const struct nlmsghdr *)message;

		if (length < 0 && errno == ENOBUFS)
			t->is_stale = true; /* returned once after an overflow */
		if (length < 0 && (errno == ENOBUFS || errno == EINTR))
			continue;
		if (length < (ssize_t)sizeof(*m))
			break;
		if (m->nlmsg_len > (size_t)length || !translation_parse(m, t->netns, &record))
			continue;
		memcpy(buffer + used, &record, sizeof(record));
		used += sizeof(record);
	}
	return used;
}

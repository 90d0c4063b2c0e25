/* SPDX-License-Identifier: MIT */
#include "reasons.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <bpf/btf.h>

#define PREFIX "SKB_DROP_REASON_"

/* Nobody misses these packets: they have done their work, were there twice, were for another machine, or what they were for is gone. */
static const char *const no_loss[] = {
	"NOT_SPECIFIED",     /* as sockets in TIME_WAIT take in the last segments (tcp_v4_rcv()); the kernel itself does not say why */
	"QUEUE_PURGE", "SOCKET_CLOSE", "TCP_CLOSE", "TCP_RESET", "TCP_ABORT_ON_DATA", "TCP_FASTOPEN",
	"TCP_OLD_DATA", "TCP_OLD_SEQUENCE", "TCP_OLD_ACK", "TCP_TOO_OLD_ACK", "TCP_OFOMERGE", "TCP_RFC7323_PAWS_ACK", "DUP_FRAG",
	"OTHERHOST", "PACKET_SOCK_ERROR", "TAP_FILTER", "TAP_TXFILTER", "LOCAL_MAC", "UNIX_DISCONNECT", "UNIX_SKIP_OOB",
};

bool reason_is_loss(const char *name)
{
	if (!*name)
		return false;
	for (size_t i = 0; i < sizeof(no_loss) / sizeof(*no_loss); i++)
		if (!strcmp(name, no_loss[i]))
			return false;
	return true;
}

/* How many arguments the tracepoint has: its typedef is that of a function, whose first argument is not the tracepoint's. */
static int arguments_of(const struct btf *btf, const char *tracepoint)
{
	const struct btf_type *t;
	int id = btf__find_by_name_kind(btf, tracepoint, BTF_KIND_TYPEDEF);

	t = id > 0 ? btf__type_by_id(btf, id) : NULL;
	t = t ? btf__type_by_id(btf, t->type) : NULL;
	t = t && btf_is_ptr(t) ? btf__type_by_id(btf, t->type) : NULL;
	return t && btf_is_func_proto(t) ? btf_vlen(t) - 1 : 0;
}

static int names_read(struct reasons *r, const struct btf *btf)
{
	int id = btf__find_by_name_kind(btf, "skb_drop_reason", BTF_KIND_ENUM);
	const struct btf_type *t = id > 0 ? btf__type_by_id(btf, id) : NULL;

	if (!t)
		return -ENOENT;
	for (int i = 0; i < btf_vlen(t); i++) {
		const struct btf_enum *e = &btf_enum(t)[i];
		const char *name = btf__name_by_offset(btf, e->name_off);

		/* Without the prefix are the two that are none; MAX is their count. */
		if (e->val < 0 || e->val >= DROP_REASONS || strncmp(name, PREFIX, strlen(PREFIX)) || !strcmp(name, PREFIX "MAX"))
			continue;
		snprintf(r->names[e->val], REASON_NAME, "%s", name + strlen(PREFIX));
	}
	return 0;
}

int reasons_read(struct reasons *r)
{
	struct btf *btf = btf__load_vmlinux_btf();
	int arguments, err;

	if (!btf)
		return -errno;
	arguments = arguments_of(btf, "btf_trace_kfree_skb");
	r->has_receiver = arguments > 3;
	err = arguments < 3 ? -ENOENT : names_read(r, btf);
	btf__free(btf);
	return err;
}

/* SPDX-License-Identifier: MIT */
/* What the parts of the BPF source share. */
#ifndef TCPTOP_BPF_STATE_H
#define TCPTOP_BPF_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <bpf/libbpf.h>

#include "ring.h"
#include "../base/failure.h"
#include "../base/source.h"
#include "../../bpf/shared.h"

struct udp;
struct drops;

struct programs {
	struct source source;
	struct failure *failure; /* the handle's */
	struct failure beside;   /* of UDP and drops, which may be loaded on another thread than TCP */
	struct bpf_object *maps; /* bpf/shared_maps.bpf.c; NULL: UDP alone is seen */
	struct bpf_object *tcp;  /* the same */
	struct bpf_link *state;
	struct bpf_link *state_again; /* see bpf/lifecycle.h */
	struct bpf_link *reset_received;
	struct bpf_link *reset_sent;
	struct bpf_link *destroyed;
	struct bpf_link *owners;
	struct bpf_link *orphans;
	struct bpf_link *sockets;
	struct bpf_link *still; /* NULL: each tick walks over all sockets */
	bool still_is_refused;
	uint32_t still_epoch; /* shared->epoch, as of the last walk over all sockets */
	uint32_t walks;       /* over all sockets, since the last one that told of all of them */
	struct bpf_link *udp_settled;
	struct bpf_link *udp_settled_kernel; /* with is_table alone */
	struct bpf_link *tunnels; /* NULL: this kernel has no such iterator */
	struct bytes tunnels_found; /* records, of the last look */
	struct bpf_link *witness; /* where it is needed, and a cgroup v2 hierarchy */
	bool needs_witness, has_witness, witness_is_refused;
	bool without_cgroup_programs; /* they take CAP_NET_ADMIN, which is not there */
	bool witness_alone; /* KEEP_BY_WITNESS */
	bool is_table; /* sockets are in bpf/table.h, not in their own storage */
	struct tcptop_tcp_shared *shared; /* the programs' .bss, mapped */
	size_t shared_bytes;
	struct ring ring;
	int counters_fd;
	struct udp *udp; /* NULL: not loaded */
	struct drops *drops; /* NULL: not known */
	struct bytes dropped; /* records, until they are drained */
	bool drops_read; /* in this drain */
	bool describe_drops; /* all of them, in the next snapshot */
	int cgroup_fd; /* root of the cgroup v2 hierarchy, or of the part of it that this process sees; negative: none */
	bool whole_is_due; /* the next snapshot leaves nothing out */
	uint64_t whole_ns; /* when the last one that did not was taken */
	uint64_t lost_seen; /* records, as of the last snapshot */
	uint64_t untold_seen; /* of shared->ended_untold, the same */
	bool holds_btf; /* kernel_btf.h */
	uint64_t weak_owners_seen; /* of shared->weak_owners, at the last owner pass */
};

#endif

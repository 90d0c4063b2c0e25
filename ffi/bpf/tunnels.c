/* SPDX-License-Identifier: MIT */
/* The sockets that bpf/udp_tunnels.bpf.c tells of, those of our network namespace. No event tells that one begins or ends, so they are looked
 * for, with every regular look for owners and not oftener: that goes over the buckets of the kernel's UDP table (16,384 of them: 0.08 ms).
 * In between they are told from what the last look found, so one that has ended is told for 3 s more; with no tunnel there is nothing to do. */
#include "tunnels.h"
#include "iterator.h"

#include <string.h>

/* What libbpf says of a failure here is no failure of the source's. */
void tunnels_watch(struct programs *p)
{
	size_t told = strlen(p->failure->log);

	p->tunnels = iterator_attach(bpf_object__find_program_by_name(p->tcp, "udp_tunnels"), -1);
	p->failure->log[told] = 0;
}

/* If it fails, what was found before stays. */
static int look_again(struct programs *p, uint64_t deadline_ns)
{
	struct bytes *found = &p->tunnels_found;
	size_t before = found->length;
	int err = iterator_read(p->tunnels, found, deadline_ns);

	if (err) {
		found->length = before;
		return err;
	}
	found->length -= before;
	memmove(found->data, found->data + before, found->length);
	return 0;
}

int tunnels_append(struct programs *p, const struct request *r, struct bytes *to)
{
	int err = p->tunnels && r->look ? look_again(p, r->deadline_ns) : 0, full = 0;

	if (p->tunnels_found.length)
		full = bytes_append(to, p->tunnels_found.data, p->tunnels_found.length);
	return err ? err : full;
}

void tunnels_free(struct programs *p)
{
	bpf_link__destroy(p->tunnels);
	bytes_free(&p->tunnels_found);
}

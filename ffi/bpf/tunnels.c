/* SPDX-License-Identifier: MIT */
/* The sockets that bpf/udp_tunnels.bpf.c reports, those of tcptop's own network namespace. There is no hook where one becomes or ceases to be a
 * tunnel's, so the iterator is run, with each regular owner pass and not more often: it goes over the buckets of the kernel's UDP hash (16,384:
 * 0.08 ms). The snapshots in between repeat the records of the last run, so a socket that is closed stays for up to 3 s. */
#include "tunnels.h"
#include "iterator.h"

#include <string.h>

/* It may fail: tunnels are then not shown. libbpf's warnings about it are taken out of the log. */
void tunnels_watch(struct programs *p)
{
	size_t log_length = strlen(p->failure->log);

	p->tunnels = iterator_attach(bpf_object__find_program_by_name(p->tcp, "udp_tunnels"), -1);
	p->failure->log[log_length] = 0;
}

/* If it fails, the records of the last run stay. */
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

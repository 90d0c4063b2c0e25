/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "iterator.h"
#include "../base/clock.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>

struct bpf_link *iterator_attach(struct bpf_program *program, int map_fd)
{
	union bpf_iter_link_info info;
	LIBBPF_OPTS(bpf_iter_attach_opts, options);

	memset(&info, 0, sizeof(info));
	if (map_fd >= 0) {
		info.map.map_fd = map_fd;
		options.link_info = &info;
		/* Not sizeof(info): the union has grown (cgroups in 6.1), and an older kernel lookups E2BIG to what it does not know unless
		 * it is zero (bpf_iter_link_attach() calls bpf_check_uarg_tail_zero()). */
		options.link_info_len = sizeof(info.map);
	}
	return bpf_program__attach_iter(program, &options);
}

int iterator_read(const struct bpf_link *link, struct bytes *b, uint64_t deadline_ns)
{
	/* bpf_seq_read() hands out at most 8 pages a call; with room for that, no record is cut in two. */
	const size_t most = 8 * sysconf(_SC_PAGESIZE);
	struct bytes dropped = {};
	int fd = bpf_iter_create(bpf_link__fd(link)), err = fd < 0 ? -errno : 0;
	ssize_t n = 1;

	if (!b)
		b = &dropped;
	while (!err && n) {
		if ((err = bytes_reserve(b, most)))
			break;
		n = read(fd, b->data + b->length, most);
		if (n > 0 && b != &dropped)
			b->length += n;
		else if (n < 0 && errno != EINTR && errno != EAGAIN) /* EAGAIN: a million objects without a record */
			err = -errno;
		if (!err && n && !in_time(deadline_ns))
			err = -ETIME;
	}
	bytes_free(&dropped);
	if (fd >= 0)
		close(fd);
	return err;
}

int iterator_try(const struct bpf_link *link)
{
	int fd = bpf_iter_create(bpf_link__fd(link));

	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

/* SPDX-License-Identifier: MIT */
/* How much the kernel's verifier has looked at: of what is loaded, the program that took the most. */
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "driver.h"

static long bpf(int command, union bpf_attr *attributes)
{
	return syscall(SYS_bpf, command, attributes, sizeof(*attributes));
}

/* False: it has gone. */
static bool info_of(uint32_t id, struct bpf_prog_info *info)
{
	union bpf_attr by_id = { .prog_id = id };
	int fd = bpf(BPF_PROG_GET_FD_BY_ID, &by_id);
	union bpf_attr asked = { .info = { .bpf_fd = fd, .info_len = sizeof(*info), .info = (uintptr_t)info } };
	bool known;

	if (fd < 0)
		return false;
	memset(info, 0, sizeof(*info));
	known = !bpf(BPF_OBJ_GET_INFO_BY_FD, &asked);
	close(fd);
	return known;
}

void verified_say(const char *prefix)
{
	struct bpf_prog_info info, most = {};
	union bpf_attr next = {};

	while (!bpf(BPF_PROG_GET_NEXT_ID, &next)) {
		next.start_id = next.next_id;
		if (info_of(next.start_id, &info) && info.verified_insns > most.verified_insns)
			most = info;
	}
	printf("verified %smost=%u %s\n", prefix, most.verified_insns, most.name);
}

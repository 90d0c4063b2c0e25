/* SPDX-License-Identifier: MIT */
/* What this kernel refuses, tried with programs of a few instructions. Trying it with the TCP programs would take libbpf 170 ms; this takes 5. */
#define _GNU_SOURCE
#include "probe.h"

#include <errno.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

/* Whether a tracing program for what has that name in the kernel's BTF is refused: as all of them are to who lacks the right, and some kinds on
 * hardened kernels to everybody. */
static bool is_refused(const char *name, enum bpf_attach_type type)
{
	/* r0 = 0; exit */
	const struct bpf_insn nothing[] = { { .code = BPF_ALU64 | BPF_MOV | BPF_K }, { .code = BPF_JMP | BPF_EXIT } };
	LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = type);
	int id = libbpf_find_vmlinux_btf_id(name, type), fd, err;

	if (id <= 0)
		return false;
	options.attach_btf_id = id;
	fd = bpf_prog_load(BPF_PROG_TYPE_TRACING, "tcptop_probe", "Dual BSD/GPL", nothing, 2, &options);
	err = fd < 0 ? errno : 0;
	if (fd >= 0)
		close(fd);
	return err == EPERM;
}

bool storage_walk_is_refused(void)
{
	return is_refused("bpf_sk_storage_map", BPF_TRACE_ITER);
}

bool first_process_is_hidden(void)
{
	return is_refused("tcp_set_state", BPF_TRACE_FENTRY);
}

/* Not by libbpf_probe_bpf_helper(): it searches the verifier's log for a message that 6.9 changed, and then reports every helper as allowed (seen:
 * libbpf 1.1 on 7.3). */
bool kernel_reads_are_allowed(void)
{
	/* char name[8]; bpf_probe_read_kernel_str(name, 1, NULL); return 0; */
	const struct bpf_insn program[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = BPF_REG_1, .src_reg = BPF_REG_10 },
		{ .code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = BPF_REG_1, .imm = -8 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_2, .imm = 1 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_3 },
		{ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_probe_read_kernel_str },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	int fd = bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, "tcptop_probe", "Dual BSD/GPL", program,
			       sizeof(program) / sizeof(*program), NULL);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

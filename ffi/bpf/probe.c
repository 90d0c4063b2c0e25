/* SPDX-License-Identifier: MIT */
/* Whether the kernel refuses to iterate over socket storage, tried with a program of two instructions. Trying it with the TCP programs would take
 * libbpf 170 ms; this takes 5. */
#define _GNU_SOURCE
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/btf.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <bpf/bpf.h>

/* Bytes that follow a struct btf_type, by its kind (include/uapi/linux/btf.h); -1: a kind that is newer than this. */
static long trailing_bytes(const struct btf_type *type)
{
	long members = BTF_INFO_VLEN(type->info);

	switch (BTF_INFO_KIND(type->info)) {
	case BTF_KIND_INT:
		return sizeof(uint32_t);
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return members * sizeof(struct btf_member);
	case BTF_KIND_ENUM:
		return members * sizeof(struct btf_enum);
	case BTF_KIND_FUNC_PROTO:
		return members * sizeof(struct btf_param);
	case BTF_KIND_VAR:
		return sizeof(struct btf_var);
	case BTF_KIND_DATASEC:
		return members * sizeof(struct btf_var_secinfo);
	case BTF_KIND_DECL_TAG:
		return sizeof(struct btf_decl_tag);
	case BTF_KIND_ENUM64:
		return members * 3 * sizeof(uint32_t);
	default:
		return BTF_INFO_KIND(type->info) <= BTF_KIND_ENUM64 ? 0 : -1;
	}
}

/* The number of the function of that name; 0: not found, or the data are not what they should be. */
static uint32_t function_find(const uint8_t *data, size_t size, const char *name)
{
	const struct btf_header *header = (const void *)data;
	const uint8_t *at, *end;
	const char *strings;
	uint32_t id = 1;

	if (size < sizeof(*header) || header->magic != BTF_MAGIC || header->hdr_len > size ||
	    header->type_off > size - header->hdr_len || header->type_len > size - header->hdr_len - header->type_off ||
	    header->str_off > size - header->hdr_len || header->str_len > size - header->hdr_len - header->str_off)
		return 0;
	at = data + header->hdr_len + header->type_off;
	end = at + header->type_len;
	strings = (const char *)data + header->hdr_len + header->str_off;
	for (; (size_t)(end - at) >= sizeof(struct btf_type); id++) {
		const struct btf_type *type = (const void *)at;
		long more = trailing_bytes(type);

		if (BTF_INFO_KIND(type->info) == BTF_KIND_FUNC && type->name_off < header->str_len &&
		    !strncmp(strings + type->name_off, name, header->str_len - type->name_off))
			return id;
		if (more < 0 || more > end - at - (long)sizeof(*type))
			return 0;
		at += sizeof(*type) + more;
	}
	return 0;
}

static uint8_t *file_read(const char *path, size_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint8_t *data = NULL;
	struct stat file;
	ssize_t n = 0;

	*size = 0;
	if (fd >= 0 && !fstat(fd, &file))
		data = malloc(file.st_size);
	while (data && *size < (size_t)file.st_size && (n = read(fd, data + *size, file.st_size - *size)) > 0)
		*size += n;
	if (fd >= 0)
		close(fd);
	return data;
}

bool storage_walk_is_refused(void)
{
	/* r0 = 0; exit */
	const struct bpf_insn nothing[] = { { .code = BPF_ALU64 | BPF_MOV | BPF_K }, { .code = BPF_JMP | BPF_EXIT } };
	LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = BPF_TRACE_ITER);
	size_t size;
	uint8_t *btf = file_read("/sys/kernel/btf/vmlinux", &size);
	int fd, err;

	options.attach_btf_id = btf ? function_find(btf, size, "bpf_iter_bpf_sk_storage_map") : 0;
	free(btf);
	if (!options.attach_btf_id)
		return false;
	fd = bpf_prog_load(BPF_PROG_TYPE_TRACING, "tcptop_probe", "Dual BSD/GPL", nothing, 2, &options);
	err = fd < 0 ? errno : 0;
	if (fd >= 0)
		close(fd);
	return err == EPERM;
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

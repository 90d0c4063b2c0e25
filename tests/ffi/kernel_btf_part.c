/* kernel_btf_part: every program of ours is loaded twice, as libbpf does it by all of the kernel's types, and by the part of them that our build has it look at. Both
 * must come to the same instructions, or be refused alike. Needs root. Last line: N passed, N failed, N skipped. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "../../ffi/bpf/kernel_btf.h"
#include "../../ffi/bpf/kernel_btf_part.h"
#include "../../ffi/bpf/objects.h"

static int passed, failed;

static int silent(enum libbpf_print_level level, const char *format, va_list arguments)
{
	(void)level, (void)format, (void)arguments;
	return 0;
}

static int load_only(struct bpf_object *object, const char *name, int (*load)(struct bpf_object *))
{
	struct bpf_program *program;

	bpf_object__for_each_program(program, object)
		bpf_program__set_autoload(program, !strcmp(bpf_program__name(program), name));
	return load(object);
}

/* Maps have other descriptors in each object. */
static bool is_same(const struct bpf_insn *a, const struct bpf_insn *b, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		bool map = a[i].code == (BPF_LD | BPF_IMM | BPF_DW) && (a[i].src_reg == BPF_PSEUDO_MAP_FD || a[i].src_reg == BPF_PSEUDO_MAP_VALUE);

		if (a[i].code != b[i].code || a[i].dst_reg != b[i].dst_reg || a[i].src_reg != b[i].src_reg || a[i].off != b[i].off ||
		    (!map && a[i].imm != b[i].imm))
			return false;
	}
	return true;
}

static void compare(const uint8_t *data, size_t size, const char *which, const char *name)
{
	struct bpf_object *all = bpf_object__open_mem(data, size, NULL), *part = relocated_open(data, size, NULL);
	int err = load_only(all, name, bpf_object__load), again = load_only(part, name, relocated_load);
	const struct bpf_program *a = bpf_object__find_program_by_name(all, name), *b = bpf_object__find_program_by_name(part, name);
	size_t count = bpf_program__insn_cnt(a);
	bool good = err == again && count == bpf_program__insn_cnt(b) && is_same(bpf_program__insns(a), bpf_program__insns(b), count);

	printf("%s %s of %s: %zu instructions, %s and %s\n", good ? "ok   " : "FAIL ", name, which, count, err ? strerrorname_np(-err) : "loaded",
	       again ? strerrorname_np(-again) : "loaded");
	good ? passed++ : failed++;
	bpf_object__close(all);
	bpf_object__close(part);
}

static void compare_all(const uint8_t *data, const uint8_t *end, const char *which)
{
	struct bpf_object *names = bpf_object__open_mem(data, end - data, NULL);
	struct bpf_program *program;

	bpf_object__for_each_program(program, names)
		compare(data, end - data, which, bpf_program__name(program));
	bpf_object__close(names);
}

int main(void)
{
	libbpf_set_print(silent);
	kernel_btf_hold();
	compare_all(tcp_object, tcp_object_end, "tcp");
	compare_all(tcp_table_object, tcp_table_object_end, "tcp_table");
	compare_all(udp_object, udp_object_end, "udp");
	compare_all(udp_types_object, udp_types_object_end, "udp_types");
	compare_all(udp_drops_object, udp_drops_object_end, "udp_drops");
	compare_all(drops_object, drops_object_end, "drops");
	kernel_btf_release();
	printf("%d passed, %d failed, 0 skipped\n", passed, failed);
	return failed != 0;
}

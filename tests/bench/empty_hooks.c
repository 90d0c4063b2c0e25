// empty_hooks: two BPF programs that let each packet pass and do nothing else, at the root of the cgroup v2 hierarchy, for what goes out and what comes in:
// what the kernel's call of such a program takes. Says "ready", and ends with its standard input. Links are freed with the process.
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <mntent.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int bpf(enum bpf_cmd command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

// The root of the hierarchy, open; -1: there is none.
static int cgroup_root(void)
{
	FILE *mounts = setmntent("/proc/mounts", "r");
	struct mntent *mount;
	int root = -1;

	while (mounts && root < 0 && (mount = getmntent(mounts)))
		if (!strcmp(mount->mnt_type, "cgroup2"))
			root = open(mount->mnt_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (mounts)
		endmntent(mounts);
	return root;
}

static int attach(int root, enum bpf_attach_type type)
{
	const struct bpf_insn let_pass[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 1 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr load = { .prog_type = BPF_PROG_TYPE_CGROUP_SKB, .expected_attach_type = type };
	union bpf_attr link = { 0 };

	load.insns = (uintptr_t)let_pass;
	load.insn_cnt = sizeof(let_pass) / sizeof(*let_pass);
	load.license = (uintptr_t) "GPL";
	link.link_create.prog_fd = bpf(BPF_PROG_LOAD, &load);
	link.link_create.target_fd = root;
	link.link_create.attach_type = type;
	return (int)link.link_create.prog_fd < 0 ? -1 : bpf(BPF_LINK_CREATE, &link);
}

int main(void)
{
	const int root = cgroup_root();
	char ignored;

	if (root < 0 || attach(root, BPF_CGROUP_INET_EGRESS) < 0 || attach(root, BPF_CGROUP_INET_INGRESS) < 0) {
		fprintf(stderr, "empty_hooks: %s\n", strerror(errno));
		return 1;
	}
	puts("ready");
	fflush(stdout);
	while (read(0, &ignored, 1) > 0)
		;
	return 0;
}

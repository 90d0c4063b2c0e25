/* SPDX-License-Identifier: MIT */
/* What /proc tells of a process that holds sockets. It may end between two reads, and its number may be another's then: it is known only if
 * the same process was there before and after. */
#define _GNU_SOURCE
#include "../process/proc.h"
#include "netlink.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

/* The file's text, cut to size; "" when it cannot be read. */
static void text_read(uint32_t tgid, const char *name, char *text, size_t size)
{
	char path[64];
	ssize_t length = -1;
	int fd;

	snprintf(path, sizeof(path), "%u/%s", tgid, name);
	fd = proc_open(path);
	if (fd >= 0) {
		length = read(fd, text, size - 1);
		close(fd);
	}
	text[length > 0 ? length : 0] = 0;
}

static bool effective_uid(uint32_t tgid, uint32_t *uid)
{
	char text[2048], *line;

	text_read(tgid, "status", text, sizeof(text));
	line = strstr(text, "\nUid:");
	return line && sscanf(line, " Uid: %*u %u", uid) == 1;
}

static bool is_cgroup2(const char *path)
{
	struct statfs fs;

	return !statfs(path, &fs) && fs.f_type == CGROUP2_SUPER_MAGIC;
}

/* The id is the inode number of the cgroup's directory (kernfs_id_ino()). 0: no cgroup v2 is mounted where it usually is. */
static uint64_t cgroup_id(uint32_t tgid)
{
	const char *root = is_cgroup2("/sys/fs/cgroup") ? "/sys/fs/cgroup" : "/sys/fs/cgroup/unified";
	char text[4096], path[4096 + 64], *line;
	struct stat folder;

	if (!is_cgroup2(root))
		return 0;
	text_read(tgid, "cgroup", text, sizeof(text));
	line = strncmp(text, "0::", 3) ? strstr(text, "\n0::") : text - 1;
	if (!line)
		return 0;
	snprintf(path, sizeof(path), "%s%.*s", root, (int)strcspn(line + 4, "\n"), line + 4);
	return stat(path, &folder) ? 0 : folder.st_ino;
}

static bool comm_read(uint32_t tgid, uint8_t name[16])
{
	char comm[64];

	text_read(tgid, "comm", comm, sizeof(comm));
	if (!comm[0])
		return false;
	/* The kernel adds one line feed behind the name, which may hold others. */
	if (comm[strlen(comm) - 1] == '\n')
		comm[strlen(comm) - 1] = 0;
	memset(name, 0, 16);
	memcpy(name, comm, strnlen(comm, 15));
	return true;
}

/* d_path() writes " (deleted)" behind the name of a file that is not there any more; a name may end like that by itself. */
static bool executable_read(uint32_t tgid, uint8_t exe[256])
{
	static const char deleted[] = " (deleted)";
	char path[64], target[4097], *name;
	struct stat file;
	ssize_t length;
	size_t end;

	snprintf(path, sizeof(path), "%u/exe", tgid);
	length = readlinkat(proc_fd(), path, target, sizeof(target) - 1);
	if (length <= 0)
		return false;
	target[length] = 0;
	name = strrchr(target, '/');
	name = name ? name + 1 : target;
	end = strlen(name);
	if (end > sizeof(deleted) && !strcmp(name + end - (sizeof(deleted) - 1), deleted) && !fstatat(proc_fd(), path, &file, 0) && !file.st_nlink)
		end -= sizeof(deleted) - 1;
	memset(exe, 0, 256);
	memcpy(exe, name, end < 255 ? end : 255);
	return true;
}

/* FNV-1a */
static uint64_t hash(const struct tcptop_process *r)
{
	const uint8_t *bytes = (const uint8_t *)r;
	uint64_t h = 0xcbf29ce484222325ull;

	for (size_t i = 0; i < sizeof(*r); i++)
		h = (h ^ bytes[i]) * 0x100000001b3ull;
	return h;
}

/* Once a process, and again when something has changed. */
static void tell(struct netlink *n, const struct owner_facts *f)
{
	struct tcptop_process r = { .tag = TAG_PROCESS, .size = sizeof(r), .tgid = f->tgid, .start_ns = f->start_ns };
	uint64_t *told = &n->told[f->tgid % (sizeof(n->told) / sizeof(*n->told))], now;

	memcpy(r.comm, f->comm, sizeof(r.comm));
	if (!executable_read(f->tgid, r.exe) || *told == (now = hash(&r)) || bytes_reserve(&n->processes, sizeof(r)))
		return;
	memcpy(n->processes.data + n->processes.length, &r, sizeof(r));
	n->processes.length += sizeof(r);
	*told = now;
}

const struct owner_facts *process_facts(struct netlink *n, uint32_t tgid)
{
	struct owner_facts *f = &n->facts;

	if (n->facts_pass == n->owner_pass && f->tgid == tgid)
		return f->start_ns ? f : NULL;
	*f = (struct owner_facts){ .tgid = tgid, .start_ns = process_start_ns(tgid) };
	n->facts_pass = n->owner_pass;
	f->cgroup_id = cgroup_id(tgid);
	if (!comm_read(tgid, f->comm) || !effective_uid(tgid, &f->uid) || process_start_ns(tgid) != f->start_ns)
		f->start_ns = 0;
	if (f->start_ns)
		tell(n, f);
	return f->start_ns ? f : NULL;
}

int processes_append(struct netlink *n, struct bytes *to)
{
	int err = bytes_reserve(to, n->processes.length);

	if (err || !n->processes.length)
		return err;
	memcpy(to->data + to->length, n->processes.data, n->processes.length);
	to->length += n->processes.length;
	n->processes.length = 0;
	return 0;
}

void owned(struct owner_facts *f, const struct tcptop_tcp_record *r)
{
	*f = (struct owner_facts){ r->cgroup_id, r->owner_start_ns, r->tgid, r->uid, {} };
	memcpy(f->comm, r->comm, sizeof(f->comm));
}

void own(struct tcptop_tcp_record *r, uint8_t how, const struct owner_facts *f)
{
	r->how = how;
	r->cgroup_id = f->cgroup_id;
	r->owner_start_ns = f->start_ns;
	r->tgid = f->tgid;
	r->uid = f->uid;
	memcpy(r->comm, f->comm, sizeof(r->comm));
}

/* SPDX-License-Identifier: MIT */
/* The facts of a process that holds sockets, from /proc. */
#define _GNU_SOURCE
#include "process.h"
#include "proc.h"

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
bool process_executable(uint32_t tgid, uint8_t exe[256])
{
	static const char deleted[] = " (deleted)";
	char path[64], target[4097], *name;
	struct stat file;
	ssize_t length;
	size_t end;

	snprintf(path, sizeof(path), "%u/exe", tgid);
	length = readlinkat(proc_fd(), path, target, sizeof(target) - 1);
	if (length <= 0) {
		snprintf(path, sizeof(path), "%u/exe", process_thread(tgid));
		length = readlinkat(proc_fd(), path, target, sizeof(target) - 1);
	}
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

/* Field 4 of /proc/PID/stat; 0: none, or it has ended. */
static uint32_t parent_of(uint32_t tgid)
{
	char text[1024], *rest;
	unsigned parent;

	text_read(tgid, "stat", text, sizeof(text));
	rest = strrchr(text, ')');
	return rest && sscanf(rest + 1, " %*c %u", &parent) == 1 ? parent : 0;
}

void process_ancestors(uint32_t tgid, uint32_t *ancestors, uint32_t capacity)
{
	for (uint32_t i = 0; i < capacity && (tgid = parent_of(tgid)); i++)
		ancestors[i] = tgid;
}

/* A process has one parent at a time, and that one's pid is its own as long as it is: if the child has it before and after, the name is the parent's. */
void process_parent_name(uint32_t tgid, uint32_t parent, uint8_t name[16])
{
	if (!comm_read(parent, name) || parent_of(tgid) != parent)
		memset(name, 0, 16);
}

/* False unless the PID belonged to the same process before and after reading. */
bool process_facts_read(uint32_t tgid, struct process_facts *f)
{
	*f = (struct process_facts){ .tgid = tgid, .start_ns = process_start_ns(tgid) };
	if (!f->start_ns)
		return false;
	f->cgroup_id = cgroup_id(tgid);
	return comm_read(tgid, f->comm) && effective_uid(tgid, &f->uid) && process_start_ns(tgid) == f->start_ns;
}

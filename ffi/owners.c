/* SPDX-License-Identifier: MIT */
/* Who holds which socket, from /proc/PID/fd. Costs a readlink() a descriptor, so it is done when a socket without an owner has
 * appeared, and otherwise only now and then, for sockets that were handed on. */
#define _GNU_SOURCE
#include "netlink.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

struct entry {
	uint32_t inode;
	struct known *socket;
};

struct index {
	struct entry *entries;
	size_t count;
};

static int by_inode(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return (x->inode > y->inode) - (x->inode < y->inode);
}

static bool index_make(struct index *index, const struct known_sockets *k)
{
	index->count = 0;
	index->entries = malloc((k->count + 1) * sizeof(*index->entries));
	if (!index->entries)
		return false;
	for (size_t i = 0; i < k->capacity; i++)
		if (k->slots[i] && k->slots[i]->inode)
			index->entries[index->count++] = (struct entry){ k->slots[i]->inode, k->slots[i] };
	qsort(index->entries, index->count, sizeof(*index->entries), by_inode);
	return true;
}

static struct known *index_find(const struct index *index, uint32_t inode)
{
	const struct entry key = { inode, NULL };
	const struct entry *found = bsearch(&key, index->entries, index->count, sizeof(key), by_inode);

	return found ? found->socket : NULL;
}

/* The file's text, cut to size; "" when it cannot be read. */
static void text_read(uint32_t tgid, const char *name, char *text, size_t size)
{
	char path[64];
	ssize_t length = -1;
	int fd;

	snprintf(path, sizeof(path), "/proc/%u/%s", tgid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		length = read(fd, text, size - 1);
		close(fd);
	}
	text[length > 0 ? length : 0] = 0;
}

/* starttime of /proc/PID/stat, in clock ticks. The name before it may hold anything, blanks and parentheses too. */
static uint64_t start_ns(uint32_t tgid)
{
	unsigned long long ticks = 0;
	char text[1024], *rest;

	text_read(tgid, "stat", text, sizeof(text));
	rest = strrchr(text, ')');
	if (rest)
		sscanf(rest + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu", &ticks);
	return ticks * (1000000000ull / sysconf(_SC_CLK_TCK));
}

static uint32_t effective_uid(uint32_t tgid)
{
	unsigned int uid = 0;
	char text[2048], *line;

	text_read(tgid, "status", text, sizeof(text));
	line = strstr(text, "\nUid:");
	if (line)
		sscanf(line, " Uid: %*u %u", &uid);
	return uid;
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

static void own(struct known *k, uint32_t tgid)
{
	struct tcptop_tcp_record *r = &k->last;
	char comm[64];

	text_read(tgid, "comm", comm, sizeof(comm));
	if (!comm[0])
		return; /* it has ended meanwhile */
	/* The kernel adds one line feed behind the name, which may hold others. */
	if (comm[strlen(comm) - 1] == '\n')
		comm[strlen(comm) - 1] = 0;
	memset(r->comm, 0, sizeof(r->comm));
	memcpy(r->comm, comm, strnlen(comm, sizeof(r->comm) - 1));
	r->tgid = tgid;
	r->uid = effective_uid(tgid);
	r->owner_start_ns = start_ns(tgid);
	r->cgroup_id = cgroup_id(tgid);
	r->how = OWNER_FILE;
}

/* The owner keeps a socket while it holds it; another holder is remembered. */
static void met(struct netlink *n, struct known *k, uint32_t tgid)
{
	if (k->last.how == OWNER_FILE && k->last.tgid == tgid) {
		k->met_pass = n->owner_pass;
	} else if (k->candidate_pass != n->owner_pass) {
		k->candidate_pass = n->owner_pass;
		k->candidate = tgid;
	}
}

static void descriptors_of(struct netlink *n, const struct index *index, const char *pid)
{
	char path[64], target[64];
	struct dirent *entry;
	unsigned int inode;
	DIR *folder;

	snprintf(path, sizeof(path), "/proc/%.20s/fd", pid);
	folder = opendir(path);
	if (!folder)
		return;
	while ((entry = readdir(folder))) {
		ssize_t length = readlinkat(dirfd(folder), entry->d_name, target, sizeof(target) - 1);
		struct known *k;

		target[length > 0 ? length : 0] = 0;
		if (sscanf(target, "socket:[%u]", &inode) == 1 && (k = index_find(index, inode)))
			met(n, k, strtoul(pid, NULL, 10));
	}
	closedir(folder);
}

static void settle(struct netlink *n, struct index *index)
{
	for (size_t i = 0; i < index->count; i++) {
		struct known *k = index->entries[i].socket;

		k->asked_pass = n->owner_pass;
		if (k->met_pass != n->owner_pass && k->candidate_pass == n->owner_pass)
			own(k, k->candidate);
	}
}

int owners_of_inodes(struct netlink *n)
{
	uint64_t began_ns = clock_ns(CLOCK_MONOTONIC);
	struct index index;
	struct dirent *entry;
	DIR *processes;

	if (!index_make(&index, &n->sockets))
		return -ENOMEM;
	processes = opendir("/proc");
	n->owner_pass++;
	while (processes && (entry = readdir(processes)))
		if (isdigit((unsigned char)entry->d_name[0]))
			descriptors_of(n, &index, entry->d_name);
	settle(n, &index);
	if (processes)
		closedir(processes);
	free(index.entries);
	n->unknown_sockets = 0;
	n->owners_ended_ns = clock_ns(CLOCK_MONOTONIC);
	n->owners_took_ns = n->owners_ended_ns - began_ns;
	return 0;
}

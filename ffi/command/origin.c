/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "origin.h"
#include "../base/bytes.h"
#include "../process/proc.h"
#include "../process/process.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ANCESTORS_MAX 8
#define GROUPS_MAX 65536
#define SWITCHED 4 /* HOME, USER, LOGNAME, SHELL */

/* All of the file, and a NUL behind it. False: it cannot be read. */
static bool file_read(uint32_t pid, const char *name, struct bytes *text)
{
	char path[64], piece[4096];
	ssize_t length;
	int fd;

	snprintf(path, sizeof(path), "%u/%s", pid, name);
	fd = proc_open(path);
	if (fd < 0)
		return false;
	while ((length = read(fd, piece, sizeof(piece))) > 0 && !bytes_append(text, piece, length))
		;
	close(fd);
	return length == 0 && text->length && !bytes_append(text, "", 1);
}

static bool is_sudo(uint32_t pid)
{
	struct process_facts facts;

	return pid > 1 && process_facts_read(pid, &facts) && !strcmp((const char *)facts.comm, "sudo");
}

struct origin origin_find(void)
{
	uint32_t ancestors[ANCESTORS_MAX + 1] = {};
	struct origin o = {};

	process_ancestors(getpid(), ancestors, ANCESTORS_MAX);
	for (int i = 0; is_sudo(ancestors[i]); i++)
		o.sudo = ancestors[i];
	return o;
}

bool origin_files(struct rlimit *files)
{
	const char *text = getenv("TCPTOP_FILES");
	unsigned long long soft = text ? strtoull(text, NULL, 10) : 0;
	struct rlimit now;

	if (!soft || getrlimit(RLIMIT_NOFILE, &now) || soft >= now.rlim_cur)
		return false;
	*files = (struct rlimit){ soft, now.rlim_max };
	return true;
}

static bool is_named(const char *variable, const char *name)
{
	size_t length = strlen(name);

	return !strncmp(variable, name, length) && variable[length] == '=';
}

static bool is_removed(const char *variable, const char *removed, bool switched)
{
	static const char *const of_user[SWITCHED] = { "HOME", "USER", "LOGNAME", "SHELL" };

	for (; *removed; removed += strlen(removed) + 1)
		if (is_named(variable, removed))
			return true;
	for (int i = 0; switched && i < SWITCHED; i++)
		if (is_named(variable, of_user[i]))
			return true;
	return switched && !strncmp(variable, "SUDO_", 5);
}

static void user_append(struct bytes *text, uid_t uid)
{
	char strings[4096], lines[4400];
	struct passwd entry, *found;
	int length;

	if (getpwuid_r(uid, &entry, strings, sizeof(strings), &found) || !found)
		return;
	length = snprintf(lines, sizeof(lines), "HOME=%s%cUSER=%s%cLOGNAME=%s%cSHELL=%s", found->pw_dir, 0, found->pw_name, 0, found->pw_name, 0,
			  *found->pw_shell ? found->pw_shell : "/bin/sh");
	if (length > 0 && (size_t)length < sizeof(lines))
		bytes_append(text, lines, length + 1);
}

char **origin_environment(struct origin o, bool other_user, uid_t uid, const char *removed)
{
	struct bytes all = {}, kept = {};
	bool switched = other_user && !o.sudo;
	char **list = NULL;
	size_t count = 0;

	if (!file_read(o.sudo && other_user ? o.sudo : (uint32_t)getpid(), "environ", &all))
		bytes_append(&all, "\0", 2);
	for (const char *at = (char *)all.data, *end = at + all.length; at && at < end; at += strlen(at) + 1)
		if (*at && !is_removed(at, removed, switched))
			bytes_append(&kept, at, strlen(at) + 1);
	if (switched)
		user_append(&kept, uid);
	bytes_append(&kept, "", 1);
	for (size_t i = 0; i < kept.length; i++)
		count += !kept.data[i];
	list = kept.data ? calloc(count + 1, sizeof(*list)) : NULL;
	count = 0;
	for (char *at = (char *)kept.data; list && *at; at += strlen(at) + 1)
		list[count++] = at;
	bytes_free(&all);
	if (!list)
		bytes_free(&kept);
	return list;
}

int origin_groups(uid_t uid, gid_t gid, gid_t **groups)
{
	char strings[4096];
	struct passwd entry, *found;
	int count = 1;

	if (!(*groups = malloc(sizeof(**groups))))
		return -ENOMEM;
	**groups = gid;
	if (getpwuid_r(uid, &entry, strings, sizeof(strings), &found) || !found)
		return 1;
	while (getgrouplist(found->pw_name, gid, *groups, &count) < 0) {
		gid_t *more = count > 0 && count <= GROUPS_MAX ? realloc(*groups, count * sizeof(**groups)) : NULL;

		if (!more)
			return -ENOMEM;
		*groups = more;
	}
	return count;
}

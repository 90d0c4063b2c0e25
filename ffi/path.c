/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "path.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* As many as the kernel follows (MAXSYMLINKS). */
#define LINKS_MAX 40


static int folder_enter(struct walk *w, int fd)
{
	if (fd < 0)
		return -errno;
	if (w->folder != AT_FDCWD)
		close(w->folder);
	w->folder = fd;
	return 0;
}

/* The rest of the path is now text/behind (behind NULL: text). */
static int path_set(struct walk *w, const char *text, const char *behind)
{
	char whole[PATH_MAX];
	int length = snprintf(whole, sizeof(whole), "%s%s%s", text, behind ? "/" : "", behind ? behind : "");

	if (length < 0 || (size_t)length >= sizeof(whole))
		return -ENAMETOOLONG;
	strcpy(w->left, whole + strspn(whole, "/"));
	return *whole == '/' ? folder_enter(w, open("/", O_PATH | O_DIRECTORY | O_CLOEXEC)) : 0;
}

/* A symbolic link among the folders is followed if root or the invoking user owns it, as fs.protected_symlinks has it in sticky folders. */
static int link_follow(struct walk *w, int fd, const struct stat *link, const char *behind)
{
	char target[PATH_MAX];
	ssize_t length;

	if (link->st_uid != 0 && link->st_uid != w->uid) {
		w->whose = link->st_uid;
		return -ELOOP;
	}
	length = readlinkat(fd, "", target, sizeof(target) - 1);
	if (length < 0)
		return -errno;
	if (++w->links > LINKS_MAX)
		return -ELOOP;
	target[length] = 0;
	return path_set(w, target, behind);
}

/* One component of the path, which is a folder or leads to one. */
static int component_enter(struct walk *w, const char *name, const char *behind)
{
	int fd = openat(w->folder, name, O_PATH | O_NOFOLLOW | O_CLOEXEC), err;
	char left[PATH_MAX];
	struct stat entry;

	if (fd < 0)
		return -errno;
	strcpy(left, behind);
	if (fstat(fd, &entry)) {
		err = -errno;
	} else if (S_ISLNK(entry.st_mode)) {
		err = link_follow(w, fd, &entry, left);
	} else if (S_ISDIR(entry.st_mode)) {
		strcpy(w->left, left);
		return folder_enter(w, fd);
	} else {
		err = -ENOTDIR;
	}
	close(fd);
	return err;
}

int path_enter(struct walk *w, const char *path)
{
	char *slash;
	int err = path_set(w, path, NULL);

	while (!err && (slash = strchr(w->left, '/'))) {
		char *behind = slash + strspn(slash, "/");

		*slash = 0;
		if (!*behind)
			return -EISDIR;
		err = component_enter(w, w->left, behind);
	}
	return err ? err : !*w->left ? -EISDIR : 0;
}

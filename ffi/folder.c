/* SPDX-License-Identifier: MIT */
/* A folder that tcptop fills with files of its own, and empties of them. It is opened while the process has the rights that it was started with;
 * everything later goes by its descriptor and a name without a slash. */
#define _GNU_SOURCE
#include "path.h"
#include "tcptop.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The folder must be the user's, and nobody else may make or exchange files in it. */
static int folder_check(int fd, struct walk *w)
{
	struct stat folder;

	if (fstat(fd, &folder))
		return -errno;
	w->whose = folder.st_uid;
	if (folder.st_uid != w->uid)
		return -EPERM;
	return folder.st_mode & 022 ? -EXDEV : 0;
}

static int folder_make(struct walk *w, const char *name, uint32_t gid)
{
	if (mkdirat(w->folder, name, 0700))
		return -errno;
	if (geteuid() == 0 && (w->uid || gid) && fchownat(w->folder, name, w->uid, gid, AT_SYMLINK_NOFOLLOW))
		return -errno;
	return 0;
}

/* What openat() says of a symbolic link where a directory is wanted. */
static int is_link(const struct walk *w)
{
	struct stat entry;

	return !fstatat(w->folder, w->left, &entry, AT_SYMLINK_NOFOLLOW) && S_ISLNK(entry.st_mode);
}

int32_t tcptop__folder_open(const uint8_t *path, uint32_t uid, uint32_t gid, uint32_t whose[1])
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	struct walk w = { .folder = AT_FDCWD, .uid = uid, .whose = uid };
	int err = path_enter(&w, (const char *)path), fd = -1;

	if (!err) {
		fd = openat(w.folder, w.left, flags);
		err = fd < 0 ? -errno : 0;
		if (err == -ENOENT && !(err = folder_make(&w, w.left, gid))) {
			fd = openat(w.folder, w.left, flags);
			err = fd < 0 ? -errno : 0;
		}
		if (err == -ENOTDIR && is_link(&w))
			err = -ELOOP;
	}
	if (!err)
		err = folder_check(fd, &w);
	whose[0] = w.whose;
	if (w.folder != AT_FDCWD)
		close(w.folder);
	if (!err)
		return fd;
	if (fd >= 0)
		close(fd);
	return err;
}

int32_t tcptop__folder_create(int32_t folder, const uint8_t *name, uint32_t uid, uint32_t gid)
{
	int fd = openat(folder, (const char *)name, O_RDWR | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600), err;

	if (fd < 0)
		return -errno;
	if (geteuid() == 0 && (uid || gid) && fchown(fd, uid, gid)) {
		err = -errno;
		unlinkat(folder, (const char *)name, 0);
		close(fd);
		return err;
	}
	return fd;
}

int32_t tcptop__folder_list(int32_t folder, const uint8_t *begins, uint8_t *buffer, uint32_t capacity)
{
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), err;
	size_t length = strlen((const char *)begins);
	DIR *entries = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	uint32_t at = 0;

	if (!entries) {
		err = -errno;
		if (fd >= 0)
			close(fd);
		return err;
	}
	while ((entry = readdir(entries))) {
		struct stat file;
		int n;

		if (strncmp(entry->d_name, (const char *)begins, length) ||
		    fstatat(folder, entry->d_name, &file, AT_SYMLINK_NOFOLLOW) || !S_ISREG(file.st_mode))
			continue;
		n = snprintf((char *)buffer + at, capacity - at, "%lld %s\n", (long long)file.st_size, entry->d_name);
		if (n < 0 || (uint32_t)n >= capacity - at) {
			closedir(entries);
			return -EOVERFLOW;
		}
		at += n;
	}
	closedir(entries);
	return at;
}

int32_t tcptop__folder_remove(int32_t folder, const uint8_t *name)
{
	struct stat file;

	if (fstatat(folder, (const char *)name, &file, AT_SYMLINK_NOFOLLOW))
		return -errno;
	if (!S_ISREG(file.st_mode))
		return -ENXIO;
	return unlinkat(folder, (const char *)name, 0) ? -errno : 0;
}

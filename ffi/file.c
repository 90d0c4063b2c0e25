/* SPDX-License-Identifier: MIT */
/* Files that the user named for output. tcptop as root must not be led by another user's symbolic or hard link to a file that it should not
 * write: each component of the path is opened by itself (O_NOFOLLOW), and checks are made on the descriptor, so that nothing can be
 * exchanged in between. */
#define _GNU_SOURCE
#include "tcptop.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* As many as the kernel follows (MAXSYMLINKS). */
#define LINKS_MAX 40

struct walk {
	int folder;             /* descriptor that the rest of the path is relative to */
	char left[PATH_MAX];
	unsigned links;
	uint32_t uid;           /* of the invoking user */
	uint32_t whose;         /* owner of what was refused */
};

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

/* Enters all folders of the path; its last component is left. 0 or negative errno. */
static int folders_enter(struct walk *w)
{
	char *slash;
	int err = 0;

	while (!err && (slash = strchr(w->left, '/'))) {
		char *behind = slash + strspn(slash, "/");

		*slash = 0;
		if (!*behind)
			return -EISDIR;
		err = component_enter(w, w->left, behind);
	}
	return err ? err : !*w->left ? -EISDIR : 0;
}

/* An existing file must be regular, belong to the user, and have no other name. */
static int file_check(int fd, struct walk *w)
{
	struct stat file;

	if (fstat(fd, &file))
		return -errno;
	if (!S_ISREG(file.st_mode))
		return -ENXIO;
	w->whose = file.st_uid;
	if (file.st_uid != w->uid)
		return -EPERM;
	return file.st_nlink == 1 ? 0 : -EMLINK;
}

static int file_open(struct walk *w, const char *name, uint32_t gid, bool is_new, uint8_t *created)
{
	const int flags = O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	int fd = openat(w->folder, name, flags | O_CREAT | O_EXCL, 0600), err;

	*created = fd >= 0;
	if (fd >= 0) {
		if (geteuid() == 0 && (w->uid || gid) && fchown(fd, w->uid, gid)) {
			err = -errno;
			unlinkat(w->folder, name, 0);
			close(fd);
			return err;
		}
		return fd;
	}
	if (errno != EEXIST || is_new)
		return -errno;
	fd = openat(w->folder, name, flags);
	if (fd < 0)
		return -errno;
	err = file_check(fd, w);
	if (!err)
		return fd;
	close(fd);
	return err;
}

int32_t tcptop__file_open(const uint8_t *path, uint32_t uid, uint32_t gid, uint32_t is_new, uint32_t out[3])
{
	struct walk w = { .folder = AT_FDCWD, .uid = uid, .whose = uid };
	uint8_t created = 0;
	int fd = path_set(&w, (const char *)path, NULL);

	if (!fd)
		fd = folders_enter(&w);
	if (!fd)
		fd = file_open(&w, w.left, gid, is_new, &created);
	out[0] = created;
	out[1] = w.folder == AT_FDCWD ? UINT32_MAX : (uint32_t)w.folder;
	out[2] = w.whose;
	if (fd < 0 && w.folder != AT_FDCWD)
		close(w.folder);
	return fd;
}

int32_t tcptop__file_write(int32_t fd, const uint8_t *data, uint32_t length)
{
	struct stat file;
	ssize_t n = 0;
	uint32_t at;
	int err;

	if (fstat(fd, &file))
		return -errno;
	/* write() to a deleted file would succeed. */
	if (!file.st_nlink)
		return -ESTALE;
	for (at = 0; at < length; at += n) {
		n = write(fd, data + at, length - at);
		if (n < 0 && errno == EINTR)
			n = 0;
		if (n < 0)
			break;
	}
	if (at == length)
		return 0;
	err = errno;
	return ftruncate(fd, file.st_size) ? -errno : -err;
}

int64_t tcptop__file_size(int32_t fd)
{
	struct stat file;

	return fstat(fd, &file) ? -errno : file.st_size;
}

int32_t tcptop__file_read(int32_t fd, uint64_t at, uint8_t *buffer, uint32_t capacity)
{
	ssize_t n = pread(fd, buffer, capacity, at);

	return n < 0 ? -errno : n;
}

void tcptop__file_close(int32_t fd, uint32_t folder, const uint8_t *remove)
{
	int at = folder == UINT32_MAX ? AT_FDCWD : (int)folder;
	const char *name = strrchr((const char *)remove, '/');
	struct stat file, entry;

	name = name ? name + 1 : (const char *)remove;
	if (*name && !fstat(fd, &file) && !file.st_size && !fstatat(at, name, &entry, AT_SYMLINK_NOFOLLOW) &&
	    entry.st_ino == file.st_ino && entry.st_dev == file.st_dev)
		unlinkat(at, name, 0);
	close(fd);
	if (at != AT_FDCWD)
		close(at);
}

/* SPDX-License-Identifier: MIT */
/* /proc by a descriptor that is opened at the start: the user that tcptop becomes may not be allowed to search the root directory. */
#ifndef TCPTOP_PROC_H
#define TCPTOP_PROC_H

#include <dirent.h>
#include <stdint.h>

/* One descriptor for the life of the process, opened by the first call, which must come before root is given up. Negative: there is no /proc. */
int proc_fd(void);

/* path: relative to /proc. As open(2), read only, and opendir(3). */
int proc_open(const char *path);
DIR *proc_folder(const char *path);

/* Inode number of the PID namespace of this process; 0: the first one, or not known. */
uint64_t pid_namespace(void);

#endif

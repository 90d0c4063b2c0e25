// SPDX-License-Identifier: MIT
#include "process.h"
#include "proc.h"
#include "../tcptop.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

// Readable by all (0444, without ptrace's check), so it still is after root has been given up; hidepid hides it.
static ssize_t arguments_read(uint32_t pid, uint8_t *buffer, uint32_t capacity)
{
	char path[32];
	ssize_t length;
	int fd;

	snprintf(path, sizeof(path), "%u/cmdline", pid);
	fd = proc_open(path);
	if (fd < 0)
		return -1;
	length = read(fd, buffer, capacity);
	close(fd);
	return length;
}

int32_t tcptop__command_line(uint32_t tgid, uint64_t start_ns, uint8_t *buffer, uint32_t capacity)
{
	ssize_t length = arguments_read(tgid, buffer, capacity);

	if (!length)
		length = arguments_read(process_thread(tgid), buffer, capacity);
	// After reading: if the process has this start now, it had it when the file was read.
	if (length < 0 || !process_started_at(tgid, start_ns))
		return -1;
	// Arguments end with a NUL each.
	while (length > 0 && buffer[length - 1] == 0)
		length--;
	return (int32_t)length;
}

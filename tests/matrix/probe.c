/* SPDX-License-Identifier: MIT */
/* Each program by itself: tcptop__load() takes all or none, and says of what fails only the first. */
#define _GNU_SOURCE
#include "driver.h"
#include "../../ffi/bpf/iterator.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char log_text[1 << 16];

static int log_append(enum libbpf_print_level level, const char *format, va_list args)
{
	size_t used = strlen(log_text);

	return level == LIBBPF_WARN ? vsnprintf(log_text + used, sizeof(log_text) - used, format, args) : 0;
}

/* The verifier's verdict is its last line before the statistics; libbpf's own lines are its summary. */
static const char *verdict(void)
{
	char *line, *next = log_text, *last = NULL;

	while ((line = strsep(&next, "\n")))
		if (*line && strncmp(line, "libbpf:", 7) && strncmp(line, "processed ", 10) && strncmp(line, "-- ", 3))
			last = line;
	return last ? last : "";
}

static struct bpf_link *attach_cgroup(struct bpf_program *program)
{
	int root = open("/sys/fs/cgroup", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct bpf_link *link = bpf_program__attach_cgroup(program, root);

	close(root);
	return link;
}

static struct bpf_link *attach(struct bpf_object *object, struct bpf_program *program)
{
	const char *sockets = strncmp(bpf_program__name(program), "udp_", 4) ? "tracked_sockets" : "udp_sockets";
	bool has_map = !strcmp(bpf_program__section_name(program), "iter/bpf_sk_storage_map");

	if (!strncmp(bpf_program__section_name(program), "iter/", 5))
		return iterator_attach(program, has_map ? bpf_object__find_map_fd_by_name(object, sockets) : -1);
	if (!strncmp(bpf_program__section_name(program), "cgroup", 6))
		return attach_cgroup(program);
	return bpf_program__attach(program);
}

static void probe(const uint8_t *data, uint64_t bytes, const char *name)
{
	struct bpf_object *object = bpf_object__open_mem(data, bytes, NULL);
	struct bpf_program *program, *only;
	struct bpf_link *link;
	int err;

	bpf_object__for_each_program(program, object)
		bpf_program__set_autoload(program, !strcmp(bpf_program__name(program), name));
	only = bpf_object__find_program_by_name(object, name);
	printf("program %s hook=%s ", name, bpf_program__section_name(only));
	log_text[0] = 0;
	err = bpf_object__load(object);
	if (err) {
		printf("load=%s attach=- %s\n", strerrorname_np(-err), verdict());
	} else {
		link = attach(object, only);
		printf("load=yes attach=%s\n", link ? "yes" : strerrorname_np(errno));
		bpf_link__destroy(link);
	}
	bpf_object__close(object);
}

void probe_programs(const uint8_t *data, uint64_t bytes)
{
	struct bpf_object *names;
	struct bpf_program *program;

	libbpf_set_print(log_append);
	names = bpf_object__open_mem(data, bytes, NULL);
	if (!names) {
		printf("program - load=%s attach=- the object cannot be opened\n", strerrorname_np(errno));
		return;
	}
	bpf_object__for_each_program(program, names) /* tcp_still, without which tcptop does too, asks for the numbers of types */
		if (strcmp(bpf_program__name(program), "tcp_still"))
			probe(data, bytes, bpf_program__name(program));
	bpf_object__close(names);
}

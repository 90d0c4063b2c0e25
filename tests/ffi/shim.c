/* shim LIBRARY [cannot-load]: the shim's calls that need no traffic, through the library as the program loads it. Runs wherever the library
 * does, under an emulator too, where the kernel refuses BPF programs (cannot-load). Last line: N passed, N failed, N skipped. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../../bpf/record.h"
#include "../../ffi/tcptop.h"

#define RING_BYTES (256 << 10)

static int passed, failed;

static void check(int good, const char *what)
{
	printf("%s %s\n", good ? "ok   " : "FAIL ", what);
	good ? passed++ : failed++;
}

/* The calls under test, found by name as the program finds them. */
static struct {
	__typeof__(&tcptop__new) new;
	__typeof__(&tcptop__begin) begin;
	__typeof__(&tcptop__begun) begun;
	__typeof__(&tcptop__load) load;
	__typeof__(&tcptop__udp_load) udp_load;
	__typeof__(&tcptop__watch_drops) watch_drops;
	__typeof__(&tcptop__wait) wait;
	__typeof__(&tcptop__wake) wake;
	__typeof__(&tcptop__drain) drain;
	__typeof__(&tcptop__snapshot) snapshot;
	__typeof__(&tcptop__snapshot_read) snapshot_read;
	__typeof__(&tcptop__snapshot_tick) snapshot_tick;
	__typeof__(&tcptop__snapshot_sum) snapshot_sum;
	__typeof__(&tcptop__error) error;
	__typeof__(&tcptop__free) free;
	__typeof__(&tcptop__self) self;
	__typeof__(&tcptop__user) user;
	__typeof__(&tcptop__command_prepare) command_prepare;
	__typeof__(&tcptop__text) text;
} shim;

static void *call(void *library, const char *name)
{
	void *address = dlsym(library, name);

	check(address != NULL, name);
	return address;
}

static int find_calls(void *library)
{
	shim.new = call(library, "tcptop__new");
	shim.begin = call(library, "tcptop__begin");
	shim.begun = call(library, "tcptop__begun");
	shim.load = call(library, "tcptop__load");
	shim.udp_load = call(library, "tcptop__udp_load");
	shim.watch_drops = call(library, "tcptop__watch_drops");
	shim.wait = call(library, "tcptop__wait");
	shim.wake = call(library, "tcptop__wake");
	shim.drain = call(library, "tcptop__drain");
	shim.snapshot = call(library, "tcptop__snapshot");
	shim.snapshot_read = call(library, "tcptop__snapshot_read");
	shim.snapshot_tick = call(library, "tcptop__snapshot_tick");
	shim.snapshot_sum = call(library, "tcptop__snapshot_sum");
	shim.error = call(library, "tcptop__error");
	shim.free = call(library, "tcptop__free");
	shim.self = call(library, "tcptop__self");
	shim.user = call(library, "tcptop__user");
	shim.command_prepare = call(library, "tcptop__command_prepare");
	shim.text = call(library, "tcptop__text");
	check(dlsym(library, "bpf_object__open_mem") == NULL && dlsym(library, "elf_begin") == NULL,
	      "nothing of the libraries inside is visible");
	return failed;
}

/* Of the program's file, and never written. */
#define UNUSED_BYTES (4 << 20)
static const volatile uint8_t unused[UNUSED_BYTES] = { [1 << 20] = 1, [UNUSED_BYTES - 1] = 7 };

/* The kernel maps what lies around a page that is read, 64 KiB if nobody has set it to another size (fault_around_bytes). */
#define EDGE_BYTES (1 << 20)

/* Pages of its middle that are there, by bit 63 of their entries in /proc/self/pagemap. */
static size_t unused_resident(void)
{
	const size_t page = sysconf(_SC_PAGESIZE), first = ((uintptr_t)unused + EDGE_BYTES) / page;
	const size_t end = first + (UNUSED_BYTES - 2 * EDGE_BYTES) / page;
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	size_t resident = 0;
	uint64_t entry;

	for (size_t i = first; i < end && pread(fd, &entry, sizeof(entry), i * sizeof(entry)) == sizeof(entry); i++)
		resident += entry >> 63;
	close(fd);
	return resident;
}

static void test_given_back(void)
{
	size_t pages = (UNUSED_BYTES - 2 * EDGE_BYTES) / sysconf(_SC_PAGESIZE);
	struct tcptop *t;
	unsigned sum = 0;

	for (size_t i = 0; i < UNUSED_BYTES; i++)
		sum += unused[i];
	check(sum == 8 && unused_resident() == pages, "what a program has read of its file is resident");
	t = shim.new();
	check(unused_resident() == 0, "tcptop__new() gives it back");
	for (size_t i = 0; i < UNUSED_BYTES; i++)
		sum -= unused[i];
	check(sum == 0, "and it can be read as before");
	shim.free(t);
}

static void test_text(void)
{
	char texts[64];
	uint8_t copied[3] = { 9, 9, 9 };

	check(shim.text(0, copied, 1) == -ENOENT && copied[0] == 9, "tcptop__text() knows where there is none");
	snprintf(texts, sizeof(texts), "%lu:%u", (unsigned long)unused, UNUSED_BYTES);
	setenv("TCPTOP_TEXTS", texts, 1);
	check(shim.text((1 << 20) - 1, copied, 2) == 2 && copied[0] == 0 && copied[1] == 1 && copied[2] == 9, "tcptop__text() copies what is asked for");
	check(unused_resident() == 0, "and gives its pages back");
	check(shim.text(UNUSED_BYTES - 1, copied, 1) == 1 && copied[0] == 7, "tcptop__text() goes to the last byte");
	check(shim.text(UNUSED_BYTES - 1, copied, 2) == -ERANGE && shim.text(UINT32_MAX, copied, UINT32_MAX) == -ERANGE &&
	      copied[0] == 7, "tcptop__text() does not go further");
	unsetenv("TCPTOP_TEXTS");
}

static void test_self(void)
{
	uint64_t before[4] = { 0 }, after[4] = { 0 };

	shim.self(before);
	for (volatile int i = 0; i < 10000000; i++)
		;
	shim.self(after);
	check(before[0] > 0 && after[0] > before[0], "tcptop__self() has a clock that goes on");
	check(after[1] / 1000000000 > 1700000000, "tcptop__self() knows the time of day");
	check(after[2] > before[2], "tcptop__self() counts CPU time");
	check(after[3] >= (1 << 20), "tcptop__self() knows resident memory in bytes");
}

static void test_user(void)
{
	uint8_t name[64] = { 0 };

	check(shim.user(0, name, sizeof(name)) == 4 && !memcmp(name, "root", 4), "tcptop__user() names root");
	check(shim.user(4123456789u, name, sizeof(name)) == 0, "tcptop__user() has no name for a uid that nobody has");
	memset(name, 'x', sizeof(name));
	check(shim.user(0, name, 2) <= 2 && name[2] == 'x', "tcptop__user() stays within the buffer");
}

#define NOBODY_ELSE 64321 /* a user who has no other process */
#define WITHIN_S 20

/* Status 0: as that user, who may have one process more, so the minder and no command. */
_Noreturn static void prepare_without_room(void)
{
	uint8_t words[] = "true", removed[] = "";
	struct rlimit two = { 2, 2 };
	int64_t out[4];

	if (setresuid(NOBODY_ELSE, NOBODY_ELSE, NOBODY_ELSE) || setrlimit(RLIMIT_NPROC, &two))
		_exit(3);
	if (shim.command_prepare(words, 1, removed, UINT32_MAX, UINT32_MAX, out) != -EAGAIN)
		_exit(2);
	alarm(WITHIN_S);
	_exit(wait(NULL) < 0);
}

static void test_no_room(void)
{
	pid_t child = fork();
	int status = -1;

	if (!child)
		prepare_without_room();
	waitpid(child, &status, 0);
	check(status == 0, "tcptop__command_prepare() leaves no process where there is room for none");
}

static void test_refused(struct tcptop *t, int err)
{
	uint8_t text[8192], least[4] = "xxxx";
	int32_t bytes = shim.error(t, text, sizeof(text));

	check(err < 0, "tcptop__load() fails with a negative errno where the kernel refuses");
	check(bytes > 0 && text[0] != '\n', "tcptop__error() says at which stage");
	check(shim.error(t, least, 3) <= 3 && least[3] == 'x', "tcptop__error() stays within the buffer");
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

/* One call ends one wait: the next goes on. Half of the ring is not full of anything here. */
static void test_wake(struct tcptop *t)
{
	uint64_t begin_ns = now_ns(), woken_ns;
	int32_t first, second;

	shim.wake(t);
	first = shim.wait(t, 250);
	woken_ns = now_ns();
	second = shim.wait(t, 250);
	check(first == 0 && woken_ns - begin_ns < 200000000, "tcptop__wake() ends the next tcptop__wait()");
	check(second == 1 || now_ns() - woken_ns >= 240000000, "and no other");
}

/* kB of the ring that this process has resident. */
static long ring_resident(void)
{
	FILE *maps = fopen("/proc/self/smaps", "r");
	int is_ring = 0;
	char line[512];
	long sum = 0, kb;

	while (maps && fgets(line, sizeof(line), maps)) {
		if (strchr(line, '-') && strstr(line, "anon_inode:bpf-map"))
			is_ring = 1;
		else if (is_ring && sscanf(line, "Rss: %ld", &kb) == 1)
			sum += kb, is_ring = 0;
	}
	if (maps)
		fclose(maps);
	return sum;
}

static void test_large_ring(void)
{
	struct tcptop *t = shim.new();
	static uint8_t records[1 << 20];

	check(shim.load(t, 64 << 20, 1, KEEP_AS_ALLOWED) >= 0 && shim.snapshot(t, 1) > 0, "tcptop__load() takes a ring of 64 MiB");
	check(shim.drain(t, records, sizeof(records)) >= 0 && ring_resident() > 0, "it is mapped");
	check(ring_resident() < 1024, "and next to nothing of it is resident");
	shim.free(t);
	check(ring_resident() == 0, "tcptop__free() takes the mapping away");
}

static void test_loaded(struct tcptop *t, int err)
{
	static uint8_t records[1 << 20];
	uint8_t tick[sizeof(struct tcptop_tick)];
	int32_t bytes, last;
	uint64_t sum;
	uint16_t tag;

	check(err >= 0, "tcptop__load() loads and attaches");
	check(shim.wait(t, 10) >= 0, "tcptop__wait() returns");
	test_wake(t);
	check(shim.snapshot(t, 1) > 0, "tcptop__snapshot() holds at least the tick");
	check(shim.drain(t, records, sizeof(records)) >= 0, "tcptop__drain() returns");
	shim.snapshot_tick(t, tick);
	sum = shim.snapshot_sum(t);
	for (last = 0; (bytes = shim.snapshot_read(t, records, sizeof(records))) > 0; last = bytes)
		;
	check(bytes == 0 && last >= (int32_t)sizeof(struct tcptop_tick), "tcptop__snapshot_read() comes to the end");
	memcpy(&tag, records + last - sizeof(struct tcptop_tick), sizeof(tag));
	check(tag == TAG_TICK, "the last record is the tick");
	check(!memcmp(tick, records + last - sizeof(tick), sizeof(tick)), "tcptop__snapshot_tick() has had it");
	check(shim.snapshot_sum(t) == sum, "tcptop__snapshot_sum() is the same whether it has been read or not");
}

/* A ring of a size that no kernel has: the same as a power of two below the page size, where pages have 64 KiB. */
static void test_odd_ring(void)
{
	static uint8_t records[1 << 20];
	struct tcptop *t = shim.new();
	struct tcptop_tick tick = { 0 };
	int32_t bytes, rounds = 0;

	check(shim.load(t, 3 * 4096 + 1, 1, KEEP_AS_ALLOWED) >= 0, "tcptop__load() takes a ring size that must be rounded up");
	/* Enough rounds to go about the ring several times. */
	for (; rounds < 50 && shim.snapshot(t, 1) > 0; rounds++)
		while ((bytes = shim.snapshot_read(t, records, sizeof(records))) > 0) {
			memcpy(&tick, records + bytes - sizeof(tick), sizeof(tick));
			if (tick.tag != TAG_TICK)
				break;
		}
	check(rounds == 50 && tick.tag == TAG_TICK && tick.size == sizeof(tick), "each snapshot ends with a whole tick");
	check(shim.drain(t, records, sizeof(records)) >= 0, "tcptop__drain() of such a ring returns");
	shim.free(t);
}

static void test_begun(void)
{
	struct tcptop *t = shim.new(), *begun;
	int32_t udp;

	check(shim.begun() == NULL, "tcptop__begun() has no handle that was not begun");
	check(shim.load(t, RING_BYTES, 1, KEEP_AS_ALLOWED) >= 0, "tcptop__load() loads where nothing was begun");
	udp = shim.udp_load(t, 1000, 1);
	shim.free(t);
	shim.begin(RING_BYTES, 1, KEEP_AS_ALLOWED, 1000, 1);
	begun = shim.begun();
	check(begun && !shim.begun(), "tcptop__begun() gives the handle, once");
	check(shim.load(begun, RING_BYTES, 1, KEEP_AS_ALLOWED) >= 0 && shim.udp_load(begun, 1000, 1) == udp, "the calls on it give what they give");
	check(shim.watch_drops(begun) >= 0 && shim.snapshot(begun, 1) > 0 && shim.wait(begun, 10) >= 0, "and it is used as any other");
	shim.free(begun);
	shim.begin(RING_BYTES, 1, KEEP_AS_ALLOWED, 1000, 1);
	shim.free(shim.begun());
	check(1, "tcptop__free() takes a handle that is being loaded");
}

/* The calls on a handle whose thread has failed say why, as on any other. */
static void test_begun_refused(void)
{
	struct tcptop *t;

	shim.begin(RING_BYTES, 1, KEEP_AS_ALLOWED, 1000, 1);
	t = shim.begun();
	test_refused(t, shim.load(t, RING_BYTES, 1, KEEP_AS_ALLOWED));
	shim.free(t);
}

int main(int argc, char **argv)
{
	int cannot_load = argc > 2 && !strcmp(argv[2], "cannot-load"), err;
	void *library = argc > 1 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : NULL;
	struct tcptop *t;

	if (!library) {
		fprintf(stderr, "shim: %s\n", argc > 1 ? dlerror() : "which library?");
		return 2;
	}
	if (find_calls(library) == 0) {
		test_self();
		test_user();
		t = shim.new();
		check(t != NULL, "tcptop__new() gives a handle");
		err = shim.load(t, RING_BYTES, 1, KEEP_AS_ALLOWED);
		(cannot_load ? test_refused : test_loaded)(t, err);
		shim.free(t);
		check(1, "tcptop__free() returns");
		if (!cannot_load) {
			test_no_room();
			test_given_back();
			test_text();
			test_odd_ring();
			test_large_ring();
			test_begun();
		} else {
			test_begun_refused();
		}
	}
	printf("%d passed, %d failed, 0 skipped\n", passed, failed);
	return failed != 0;
}

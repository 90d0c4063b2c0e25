#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include "process.h"
#include "say.h"
#include "sys.h"

// Deno and its parts take orders from the environment; a program's behaviour must not hang on what a user set for another.
// A name that ends in = is that variable, any other a prefix.
static const char *const REMOVED[] = {
	"DENO_",              // cache, permissions, V8 flags, certificates, tracing: all of Deno's own
	"NODE_",              // NODE_OPTIONS, NODE_EXTRA_CA_CERTS, NODE_CHANNEL_FD, ... read by its Node layer
	"NPM_CONFIG_",        // registries: nothing may be fetched
	"npm_config_",
	"COMPLETE=",          // makes Deno print a shell completion script instead of running
	"_CLAP_",             // the same machinery
	"OTEL_DENO",          // its own telemetry; without it no other OTEL_ variable means anything to it, and --otlp has them
	"RUST_",              // logs and back traces of the runtime
	"RAYON_",             // its thread pool
	"MALLOC_ARENA_MAX=",  // ours to say, as the next two
	"MALLOC_TRIM_THRESHOLD_=",
	"TCPTOP_SHIM_FD=",
	"TCPTOP_TEXTS=",
	"TCPTOP_HANGS_ON=",
	"TCPTOP_FILES=",
	"TCPTOP_HOME=",
	"HOME=",              // the program has it as TCPTOP_HOME, see below
};

// A name longer than any file system's 255 bytes: no directory can be made or found there, by any user, so Deno keeps
// its caches in memory. Without it Deno writes to ~/.cache, with HOME unset too (it asks the password file).
#define TEN "no-cache--"
#define FIFTY TEN TEN TEN TEN TEN
#define NOWHERE "/" FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY

#define DIGITS "\0\0\0\0\0\0\0\0\0\0" // room for the ten digits of any descriptor
#define MOST_DIGITS DIGITS DIGITS // and for those of 64 bits
static char bundle_path[] = "/proc/self/fd/" DIGITS;
static char shim_permission[] = "--allow-ffi=/proc/self/fd/" DIGITS;
static char shim_variable[] = "TCPTOP_SHIM_FD=" DIGITS;

static char texts_variable[] = "TCPTOP_TEXTS=" MOST_DIGITS MOST_DIGITS "\0"; // BEGIN:LENGTH of the programs, in memory (scripts/bundle.ts)

static char hangs_on_variable[] = "TCPTOP_HANGS_ON=0"; // 1: hang-ups are ignored, as nohup(1) does, which Deno changes

static char files_variable[] = "TCPTOP_FILES=" MOST_DIGITS; // RLIMIT_NOFILE as it was: Deno raises it, and run gives it to the command

// Deno reads .npmrc in the home directory, though nothing may be fetched, and ends with words of its own where it does not like that file (`registry=${UNSET}`),
// where it is a directory or a pipe, or HOME a file (/dev/null). Nobody can make a file here. The program puts HOME back: src/app/home.ts.
static char no_home[] = "HOME=/proc/self/no-home";

static char allow_ssh[] = "--allow-run=ssh"; // with --hosts alone

// V8's settings, which scripts/setup.sh takes from here: docs/decisions/0049-v8-without-helpers.md, and 0048 for marking in one go. The semi-space is in
// MiB; the default of 16 took 20 MB more in our load and bought no time.
#define V8_ALWAYS "--v8-flags=--max-semi-space-size=2,--no-incremental-marking"
static char v8_for_screen[] = V8_ALWAYS ",--single-threaded-gc,--expose-gc,--no-concurrent-sparkplug,--invocation-count-for-maglev=5000,--invocation-count-for-maglev-osr=1000,--invocation-count-for-turbofan=200000";
static char v8_for_stream[] = V8_ALWAYS ",--invocation-count-for-turbofan=400000,--minimum-invocations-before-optimization=1,--single-threaded"; // of lines, for a program

static char *const ADDED[] = {
	"DENO_DIR=" NOWHERE,
	"DENO_LOG=error,deno::cache=off", // on a terminal it would complain of just that, --quiet or not
	"DENO_NO_UPDATE_CHECK=1", // no network, no notice
	"DENO_NO_PACKAGE_JSON=1", // the working directory is none of its business
	"MALLOC_ARENA_MAX=2",     // malloc's default is eight a CPU, each with its own leftovers: 4 MB more, and no time won
	"MALLOC_TRIM_THRESHOLD_=131072", // its default, but said: else both thresholds grow with what loading the programs frees; 5 MB less
	shim_variable,
	texts_variable,
	hangs_on_variable,
	files_variable,
	no_home,
};

static char *const DENO_ARGUMENTS[] = {
	"run",
	"--quiet",         // Deno's progress escapes would go over the screen
	"--no-config",     // the bundle is all there is: no files from here upwards, nothing from elsewhere
	"--no-lock",
	"--no-remote",
	"--no-npm",
	"--cached-only",
	"--no-code-cache", // nowhere to keep it
	"--no-prompt",     // a missing permission is an error, not a question on the user's terminal
	"--ext=js",        // a descriptor's path has no extension
	v8_for_screen,
	v8_for_stream,
	shim_permission,   // no other library may be loaded, no program run, no module fetched
	"--allow-env",     // terminal type and colours
	"--allow-sys",     // host name, kernel, user
	"--allow-net",     // names of addresses
	"--allow-read",    // --replay
	"--allow-write",   // --csv, --record
	allow_ssh,
	bundle_path,
};

#define LEAST_FILES 24 // with fewer Deno may not come far enough for a sentence of ours. It raises the soft limit to the hard one

// Of Deno and the shim, as measured: Deno ends with a banner of its own where it may not start one that it cannot do without. How many processors there are
// changes nothing: the runtime's pool of threads for files does with fewer.
#define LEAST_THREADS 10
#define LEAST_THREADS_OF_STREAM 8 // V8 has none of its own then
#define PROCESSES_OF_COMMAND 2    // a command, or the runner of several, and what minds it

// What V8 reserves before anything of ours runs, most of which it never uses: with less it ends in a trap, with a stack trace. Measured on x86_64.
#define LEAST_ADDRESSES (33ull << 30)
#define LEAST_DATA (1200ull << 20) // 1180 MB are enough for a line a sample, not for the rest
#define LEAST_STACK (470ull << 10)

#define COUNT(array) ((long)(sizeof(array) / sizeof(*(array))))

static int removed(const char *variable)
{
	for (long i = 0; i < COUNT(REMOVED); i++) {
		const char *name = REMOVED[i], *at = variable;

		while (*name && *name == *at)
			name++, at++;
		if (!*name)
			return 1;
	}
	return 0;
}

static void append(char *text, char c)
{
	while (*text)
		text++;
	*text = c;
}

static void append_number(char *text, uint64_t number)
{
	char digits[sizeof(MOST_DIGITS)];
	int count = 0;

	do
		digits[count++] = (char)('0' + number % 10);
	while (number /= 10);
	while (count)
		append(text, digits[--count]);
}

struct process process_read(long *stack)
{
	struct process process = { .argc = stack[0], .argv = (char **)(stack + 1) };
	char **end = process.environment = process.argv + process.argc + 1;

	while (*end)
		end++;
	process.auxiliary = (const uint64_t *)(end + 1);
	return process;
}

uint64_t process_auxiliary(const struct process *process, uint64_t type)
{
	for (const uint64_t *entry = process->auxiliary; entry[0] != AT_NULL; entry += 2)
		if (entry[0] == type)
			return entry[1];
	return 0;
}

static uint64_t auxiliary_of(uint64_t type, uint64_t value, const struct image *deno, const struct image *linker)
{
	switch (type) {
	case AT_PHDR:
		return deno->headers;
	case AT_PHNUM:
		return deno->header_count;
	case AT_ENTRY:
		return deno->entry;
	case AT_BASE:
		return linker->base;
	default:
		return value;
	}
}

// Whether the arguments have this option, as a word or with a value behind =, before those of a command.
static int names(const struct process *process, const char *option)
{
	for (long i = 1; i < process->argc; i++) {
		const char *word = process->argv[i], *wanted = option;

		while (*wanted && *wanted == *word)
			wanted++, word++;
		if (!*wanted && (!*word || *word == '='))
			return 1;
		if (process->argv[i][0] == '-' && process->argv[i][1] == '-' && !process->argv[i][2])
			return 0;
	}
	return 0;
}

static int streams(const struct process *process)
{
	return names(process, "--json") || names(process, "--events") || names(process, "--csv");
}

static int is_wanted(const struct process *process, const char *argument)
{
	if (argument == allow_ssh)
		return names(process, "--hosts");
	return argument != (streams(process) ? v8_for_screen : v8_for_stream);
}

// The value of a variable whose name is given with its =; 0: it is not set.
static const char *value_of(const struct process *process, const char *name)
{
	for (char **variable = process->environment; *variable; variable++) {
		const char *at = *variable, *wanted = name;

		while (*wanted && *wanted == *at)
			wanted++, at++;
		if (!*wanted)
			return at;
	}
	return 0;
}

// The vectors that the kernel would have made for Deno. The strings stay where they are. home: a variable; 0: none.
static void write_vectors(uint64_t *to, const struct process *process, const struct image *deno, const struct image *linker, const char *home)
{
	uint64_t *count = to++;

	*to++ = (uint64_t)(process->argc ? process->argv[0] : "tcptop");
	for (long i = 0; i < COUNT(DENO_ARGUMENTS); i++)
		if (is_wanted(process, DENO_ARGUMENTS[i]))
			*to++ = (uint64_t)DENO_ARGUMENTS[i];
	for (long i = 1; i < process->argc; i++)
		*to++ = (uint64_t)process->argv[i];
	*count = (uint64_t)(to - count - 1);
	*to++ = 0;
	for (char **variable = process->environment; *variable; variable++)
		if (!removed(*variable))
			*to++ = (uint64_t)*variable;
	for (long i = 0; i < COUNT(ADDED); i++)
		*to++ = (uint64_t)ADDED[i];
	if (home)
		*to++ = (uint64_t)home;
	*to++ = 0;
	for (const uint64_t *entry = process->auxiliary; entry[0] != AT_NULL; entry += 2) {
		*to++ = entry[0];
		*to++ = auxiliary_of(entry[0], entry[1], deno, linker);
	}
	*to++ = AT_NULL;
	*to = 0;
}

static void check_limit(int resource, uint64_t least, const char *what, const char *option)
{
	uint64_t limits[2] = { least };

	sys_limits(resource, limits);
	if (limits[0] < least)
		fail(STATUS_FAILED, "Cannot start: the limit on ", what, " is too small. Raise it: ulimit ", option, " unlimited", (char *)0);
}

// Whether so many further processes may run at once: each starts the next and waits for it. What forbids it is many things, of which only some can be read: a limit of
// the user's, which holds root to nothing but in a user namespace, those of all cgroups above, of the PID namespace, of the system.
static int may_run(long more)
{
	long child = more ? sys_fork() : -1;
	int status = 0;

	if (child == 0)
		sys_exit(!may_run(more - 1));
	if (child > 0)
		sys_wait(child, &status);
	return more == 0 || (child != -EAGAIN && status == 0);
}

void process_check_limits(const struct process *process)
{
	long threads = streams(process) ? LEAST_THREADS_OF_STREAM : LEAST_THREADS;

	if (names(process, "run") || names(process, "--when-run"))
		threads += PROCESSES_OF_COMMAND;
	if (!may_run(threads - 1))
		fail(STATUS_FAILED, "Cannot start: too few processes may run, and threads are such. Raise the limit: ulimit -u 1024; "
		     "in a container --pids-limit 64, in a service TasksMax=64", (char *)0);
	check_limit(RLIMIT_AS, LEAST_ADDRESSES, "addresses", "-v");
	check_limit(RLIMIT_DATA, LEAST_DATA, "data", "-d");
	check_limit(RLIMIT_STACK, LEAST_STACK, "the stack", "-s");
}

void process_become(const struct process *process, const struct image *deno, const struct image *linker,
		    int bundle, int shim, struct span texts)
{
	static const char name[] = "TCPTOP_HOME=";
	const char *home = value_of(process, name + sizeof("TCPTOP_") - 1);
	const uint64_t *end = process->auxiliary;
	uint64_t files[2] = { 0, LEAST_FILES };
	size_t words, home_length = 0;

	sys_limits(RLIMIT_NOFILE, files);
	if (files[1] < LEAST_FILES)
		fail(STATUS_FAILED, "Cannot start: too few files may be open. Raise the limit: ulimit -n 1024", (char *)0);

	append_number(bundle_path, (uint64_t)bundle);
	append_number(shim_permission, (uint64_t)shim);
	append_number(shim_variable, (uint64_t)shim);
	append_number(texts_variable, texts.begin);
	append(texts_variable, ':');
	append_number(texts_variable, texts.length);
	append_number(files_variable, files[0]);
	if (sys_is_ignored(SIGHUP))
		hangs_on_variable[sizeof(hangs_on_variable) - 2] = '1';
	while (end[0] != AT_NULL)
		end += 2;
	words = (size_t)(end + 2 - (const uint64_t *)(process->argv - 1)) + COUNT(DENO_ARGUMENTS) + COUNT(ADDED) + 2;
	while (home && home[home_length])
		home_length++;

	// On the same stack, below what we use of it ourselves. Both architectures want it at a multiple of 16.
	char home_variable[sizeof(name) + home_length];
	__attribute__((aligned(16))) uint64_t stack[words];

	memcpy(home_variable, name, sizeof(name));
	if (home)
		memcpy(home_variable + sizeof(name) - 1, home, home_length + 1);
	write_vectors(stack, process, deno, linker, home ? home_variable : 0);
	sys_jump(linker->entry, stack);
}

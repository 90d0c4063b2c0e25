/* SPDX-License-Identifier: MIT */
/* The shim's contract. One opaque handle, used by one thread at a time except where a call says otherwise. Records are
 * those of bpf/record.h. Calls that can fail return a negative errno and leave stage and log for tcptop__error(). Nothing
 * here calls back, and no call waits longer than it says. */
#ifndef TCPTOP_H
#define TCPTOP_H

#include <stdint.h>

#pragma GCC visibility push(default)

struct tcptop;

/* A handle with nothing loaded; NULL when out of memory. */
struct tcptop *tcptop__new(void);

/* Where the TCP programs keep the state of a socket (bpf/keeper.h). */
enum tcptop_keep {
	KEEP_AS_ALLOWED = 0, /* in the socket's storage; in a table where the kernel refuses to iterate over storage */
	KEEP_IN_STORAGE = 1,
	KEEP_IN_TABLE = 2,
	KEEP_BY_WITNESS = 4, /* bit, for tests: what makes up for tracing programs (bpf/tcp_witness.bpf.c) alone tells of openings and ends */
};

/* What the TCP programs cannot do on this machine. */
enum tcptop_tcp_limit {
	TCP_FIRST_UNSEEN = 1, /* what ends while the machine's first process is current: this kernel hides it, and sockops programs are not to be had */
};

/* Makes a handle for which a thread begins with tcptop__load(). For tcptop__begun(), once. Any thread. Does nothing where few descriptors are left: then
 * the calls below load, one after the other. */
void tcptop__begin(uint32_t ring_bytes, uint32_t openings, uint32_t keep, uint32_t timeout_ms, uint32_t watch_dns);

/* That handle, for which another thread then begins with tcptop__udp_load() and tcptop__watch_drops(); NULL: there is none, or it was taken. These calls,
 * with the same arguments, are still to be made on it, and give what they gave to those threads. The first call is tcptop__load(), which waits for
 * both, or tcptop__free(), which does so too. Any thread. */
struct tcptop *tcptop__begun(void);

/* Loads and attaches the TCP programs and finds the sockets that are open already, with their owners.
 * ring_bytes: size of the ring buffer, a power of two and a multiple of the page size. openings: 1: each opening has a record
 * of its own; 0: a connection is first seen in the next snapshot, or in the record of its end. keep: enum tcptop_keep.
 * Returns bits of enum tcptop_tcp_limit. -EPERM: BPF is refused; -ENOENT: no kernel BTF; else as the kernel said. */
int32_t tcptop__load(struct tcptop *t, uint32_t ring_bytes, uint32_t openings, uint32_t keep);

/* What the netlink source cannot do in this process. */
enum tcptop_limit {
	LIMIT_DESTROYED = 1, /* no records of ends: the kernel refuses the destroy groups (SKNLGRP_INET_TCP_DESTROY) */
	LIMIT_OWNERS = 2,    /* only the caller's own processes are found: needs CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH */
	LIMIT_SENT = 4,      /* bytes sent are those acknowledged: the kernel is older than 4.19 */
	LIMIT_NAMESPACES = 8,    /* some network namespaces could not be opened: out of file descriptors */
	LIMIT_REFUSED = 16,  /* /proc/PID/fd of some processes is refused in spite of these capabilities */
	LIMIT_ENTERING = 32, /* with these capabilities, but without CAP_SYS_ADMIN: no other network namespace is entered */
};

/* TCP by netlink instead of tcptop__load(), without BPF and, within the limits that are returned, without privilege.
 * Returns bits of enum tcptop_limit. -ENOENT: the kernel has no inet_diag. */
int32_t tcptop__open_netlink(struct tcptop *t);

/* What the UDP programs cannot do on this machine. */
enum tcptop_udp_limit {
	UDP_PART_OF_CGROUPS = 1, /* only sockets of this process's cgroup namespace are seen, not those of the whole hierarchy */
	UDP_WITHOUT_DNS = 2, /* the kernel has no ring buffer for answers of name servers: it is older than 5.8 */
};

/* Loads and attaches the UDP programs, at the root of the cgroup v2 hierarchy. With the TCP programs loaded before it, owners
 * are known in more cases. timeout_ms: a flow has expired this long after its last datagram. watch_dns: 1: answers of name servers become
 * records (TAG_DNS_ANSWER). Failing leaves the rest of the handle as it was. Returns bits of enum tcptop_udp_limit. */
int32_t tcptop__udp_load(struct tcptop *t, uint32_t timeout_ms, uint32_t watch_dns);

/* Watches what the kernel drops, and why, after all else that is loaded: TAG_DROPPED records then come with drains and snapshots. 1: it does;
 * 0: no programs are loaded on the handle; -ENOENT: this kernel does not say why it drops packets (before 5.17). Failing leaves the rest of the
 * handle as it was. */
int32_t tcptop__watch_drops(struct tcptop *t);

/* One socket, as a record has it. */
struct tcptop_kill {
	uint64_t cookie;
	uint32_t netns;      /* inode number of its network namespace */
	uint32_t interface;  /* of a scoped address; 0: any */
	uint16_t local_port;
	uint16_t remote_port;
	uint8_t family;      /* 4 or 6 */
	uint8_t protocol;    /* IPPROTO_TCP or IPPROTO_UDP */
	uint8_t reserved[2];
	uint8_t local[16];   /* IPv4 in the first 4 */
	uint8_t remote[16];
};

/* Call it before tcptop__drop(): tcptop__kill() may then be called, before and after. 0 or negative errno; EOPNOTSUPP: the kernel was built without
 * CONFIG_INET_DIAG_DESTROY; EPERM: CAP_NET_ADMIN is missing. After tcptop__drop() one thread has CAP_NET_ADMIN, and nothing else, for it. */
int32_t tcptop__allow_kill(struct tcptop *t);

/* kill: a struct tcptop_kill. Ends the socket if it is still the one with this cookie. 0 or negative errno: ENOENT, ESTALE: it has gone, or what has its addresses now is
 * another one; ENXIO: its network namespace was made after tcptop__allow_kill(), and no thread may enter it any more; EACCES: without tcptop__allow_kill(). */
int32_t tcptop__kill(struct tcptop *t, const uint8_t *kill);

/* UDP sockets and their owners by netlink, without counts: instead of tcptop__udp_load(), after TCP is open.
 * Returns bits of enum tcptop_limit. */
int32_t tcptop__list_udp(struct tcptop *t);

/* Translations of addresses (NAT) beside the other records, after TCP and UDP are open. -ENOENT: the kernel keeps no table of connections; -EPERM: it
 * has some in it, and reading it takes CAP_NET_ADMIN. Failing leaves the rest of the handle as it was. */
int32_t tcptop__translations(struct tcptop *t);

/* Milliseconds that may pass at most between two drains. */
int32_t tcptop__longest_wait(struct tcptop *t);

/* 1: tcptop__wait() ends when much has come in, and by tcptop__wake(); 0: after its time alone. */
int32_t tcptop__ends_waits(struct tcptop *t);

/* Waits until the ring fills up beyond its half, or UDP flows their table, timeout_ms have passed, or tcptop__wake() ends it. 1: something fills up,
 * 0: not. For a thread of its own: meanwhile everything may be called on this handle but tcptop__free(). */
int32_t tcptop__wait(struct tcptop *t, int32_t timeout_ms);

/* Ends a wait that is under way, or else the next one. Netlink's go on. Any thread. */
void tcptop__wake(struct tcptop *t);

/* Keeps the table of UDP flows from filling up, and moves whole records from the ring to buffer, oldest first, as many as fit. Returns
 * bytes; 0: the ring is empty. */
int32_t tcptop__drain(struct tcptop *t, uint8_t *buffer, uint32_t capacity);

/* Bits. */
enum tcptop_snapshot {
	SNAPSHOT_LOOK = 1,    /* an owner pass comes first; without this bit only if sockets without an owner have appeared */
	SNAPSHOT_CHANGES = 2, /* connections of which nothing has changed may be left out: then the tick says so (FEATURE_CHANGES) */
};

/* Takes a snapshot into the handle: the records in the ring, one of each live socket, in the order in which they were written, and a struct
 * tcptop_tick at the end. how: enum tcptop_snapshot. Returns the bytes now held. Takes 5 s at most: a snapshot that is cut short is counted in
 * the tick. */
int32_t tcptop__snapshot(struct tcptop *t, int32_t how);

/* Connections whose handshake has not ended (SYN_RECV), in all network namespaces, as the last snapshot found them; -1: not known.
 * Most are request socks, which have no record. */
int64_t tcptop__syn_recv(struct tcptop *t);

/* Moves whole records of the snapshot to buffer. Returns bytes; 0: all of it has been read. */
int32_t tcptop__snapshot_read(struct tcptop *t, uint8_t *buffer, uint32_t capacity);

/* Copies the tick of the last snapshot, which must not have failed, to buffer, which has room for it. The snapshot stays to be read. */
void tcptop__snapshot_tick(struct tcptop *t, uint8_t *buffer);

/* A sum of all records of that snapshot but the tick: two that say the same have the same, and two that do not, all but certainly, another. */
uint64_t tcptop__snapshot_sum(struct tcptop *t);

/* The next snapshot has a full record of every socket (TAG_TCP_LIVE), not only counters. */
void tcptop__describe_again(struct tcptop *t);

/* Writes "stage\nlog" of the last failure, cut to capacity, without a final NUL. Returns bytes. */
int32_t tcptop__error(struct tcptop *t, uint8_t *buffer, uint32_t capacity);

/* Gives up, on every thread of the process, root for uid and gid (when it is root), supplementary groups, capabilities, what
 * setuid programs could give back (no_new_privs), and system calls that are not needed any more. The few
 * capabilities without which later calls on this handle would be refused stay with one thread of the handle's own. Call it
 * once, after loading. 0; 1: the user stays root because this process may not change it, all else is given up; or negative errno. */
int32_t tcptop__drop(struct tcptop *t, uint32_t uid, uint32_t gid);

/* Root becomes this user on every thread of the process, with the groups that a login gives him, for good. Programs that are started from then on are his. 0 or negative errno;
 * EPERM: it is not root, or may not change its user. */
int32_t tcptop__become(uint32_t uid, uint32_t gid);

/* What this machine lets this process do, as lines of words between tabs, without a final NUL; an errno of 0 is yes:
 *   capabilities HEX; btf ERRNO; cgroup ERRNO IS_ROOT; setting NAME TEXT;
 *   first_process_hidden 0|1; netlink ERRNO DESTROY_ERRNO; map KIND ERRNO;
 *   program tcp|table|udp|drops NAME HOOK ERRNO (it was loaded and attached by itself; table: TCP with KEEP_IN_TABLE; drops: UDP does
 *   without)
 * Returns bytes. May take a second. */
int32_t tcptop__doctor(struct tcptop *t, uint8_t *buffer, uint32_t capacity);

/* Writes a line "ID PATH" for each cgroup of the v2 hierarchy below its root. Returns the bytes that takes: if that is more than
 * capacity nothing was written. 0: there are none, or tcptop__udp_load() found no hierarchy. */
int32_t tcptop__cgroups(struct tcptop *t, uint8_t *buffer, uint32_t capacity);

/* Detaches, unloads and frees. */
void tcptop__free(struct tcptop *t);

/* out[0]: CLOCK_BOOTTIME ns, out[1]: CLOCK_REALTIME ns, out[2]: CPU time of this process in ns, user and system, all
 * threads; out[3]: its resident bytes. Any thread, no handle. */
void tcptop__self(uint64_t out[4]);

/* 0: this process is in a PID namespace of its own, so that processes outside of it have no PID here; 1: it is in the first one. Any
 * thread, no handle. */
int32_t tcptop__sees_all_processes(void);

/* How many TCP connections are in TIME_WAIT in the network namespace of process tgid (0: of the caller). -1: it has ended, or may not be asked.
 * Any thread, no handle. */
int32_t tcptop__time_wait(uint32_t tgid);

/* How often a connection was turned away in the network namespace of process tgid (0: of the caller), since that was made, because a listener's
 * accept queue was full. -1: the process has ended, or may not be asked. Any thread, no handle. */
int64_t tcptop__listen_overflows(uint32_t tgid);

/* Inode number of the caller's network namespace; 0: not known. Any thread, no handle. */
uint32_t tcptop__network_namespace(void);

/* Writes the inode number of the network namespace of process tgid (0: of the caller), 0 where that may not be asked, and behind a line feed the
 * addresses of its interfaces, as /proc/PID/net/if_inet6 has them, cut to capacity. Returns bytes; -1: it has ended, or may not be asked. Any
 * thread, no handle. */
int32_t tcptop__interfaces(uint32_t tgid, uint8_t *buffer, uint32_t capacity);

/* Login name of uid from the system's user database, without a final NUL. Returns bytes; 0: it has none. May ask a network
 * directory where the system is set up so: call it off the main thread. */
int32_t tcptop__user(uint32_t uid, uint8_t *buffer, uint32_t capacity);

/* Opens a file for output: appended to, made with mode 0600 if it is not there and given to uid and gid by a root. Its last component is
 * never followed if it is a symbolic link; links among its folders are followed where root or uid made them. An existing file must be
 * regular (else ENXIO), belong to uid (EPERM) and have one name (EMLINK); is_new: it must not exist. path ends with a NUL. Returns a
 * descriptor, or a negative errno; ELOOP: a link was not followed. out[0]: 1 if it was made; out[1]: descriptor of its folder, UINT32_MAX:
 * the working directory; out[2]: owner of what was refused. Any thread, no handle, as all of the file calls. */
int32_t tcptop__file_open(const uint8_t *path, uint32_t uid, uint32_t gid, uint32_t is_new, uint32_t out[3]);

/* Appends all of it or nothing: when the disk is full, the file is cut back to its former size. 0 or negative errno; ESTALE: the file has
 * been deleted. */
int32_t tcptop__file_write(int32_t fd, const uint8_t *data, uint32_t length);

/* Takes away all that is in it. 0 or negative errno. */
int32_t tcptop__file_clear(int32_t fd);

/* Bytes, or negative errno. */
int64_t tcptop__file_size(int32_t fd);

/* Reads at a position. Returns bytes, fewer where the file ends before, or negative errno. */
int32_t tcptop__file_read(int32_t fd, uint64_t at, uint8_t *buffer, uint32_t capacity);

/* Closes a file and its folder. remove: the path it was opened by, to remove it if it is empty; "": it stays. */
void tcptop__file_close(int32_t fd, uint32_t folder, const uint8_t *remove);

/* Opens a folder for files of tcptop's own, and makes it (0700) if it is not there; the way to it as in tcptop__file_open(). It must be uid's, and nobody
 * else may write to it. Returns a descriptor, or negative errno: EPERM: it is another's, whose[0]; EXDEV: others may write to it. Any thread, no
 * handle, as all of the folder calls, which take names without a slash. */
int32_t tcptop__folder_open(const uint8_t *path, uint32_t uid, uint32_t gid, uint32_t whose[1]);

/* Makes a file (0600), which must not be there, for tcptop__file_write() and tcptop__file_close(). Returns a descriptor, or negative errno. */
int32_t tcptop__folder_create(int32_t folder, const uint8_t *name, uint32_t uid, uint32_t gid);

/* Writes a line "BYTES NAME" for each regular file whose name begins so. Returns bytes, or negative errno; EOVERFLOW: they do not fit. */
int32_t tcptop__folder_list(int32_t folder, const uint8_t *begins, uint8_t *buffer, uint32_t capacity);

/* Removes a regular file. 0 or negative errno. */
int32_t tcptop__folder_remove(int32_t folder, const uint8_t *name);

/* The arguments of process tgid with a NUL between each two, cut to capacity. start_ns: as in tcptop__process_cgroups(). Returns bytes;
 * 0: it has none (the kernel's own); -1: that process has gone or may not be read. Any thread, no handle. */
int32_t tcptop__command_line(uint32_t tgid, uint64_t start_ns, uint8_t *buffer, uint32_t capacity);

/* Writes /proc/PID/cgroup, cgroups(7). start_ns: start of the process, CLOCK_BOOTTIME; 0: whichever has the id now. Returns bytes;
 * 0: that process has ended, or /proc hides it (hidepid). Any thread, no handle. */
int32_t tcptop__process_cgroups(uint32_t pid, uint64_t start_ns, uint8_t *buffer, uint32_t capacity);

/* Forks a command that waits to be started, and the minder that looks after it. Call it before tcptop__load(), while there is the right to
 * become the command's user. arguments: `count` strings with NULs behind them; the first is looked for in PATH. removed: names of variables
 * that are not the command's, each with a NUL, and one more. uid UINT32_MAX: it stays what this process is. Returns a descriptor for the calls
 * below, or negative errno. out[0]: pid of the command; out[1]: of its minder, whose child it is, as all are that it leaves behind where it
 * has no cgroup; out[2]: descriptor of its cgroup, or -1; out[3]: the cgroup's id or, without one, a negative errno. No handle. */
int32_t tcptop__command_prepare(uint8_t *arguments, uint32_t count, const uint8_t *removed, uint32_t uid, uint32_t gid, int64_t out[4]);

/* 0 or negative errno. Any thread, as all of these. */
int32_t tcptop__command_start(int32_t fd);

/* Sends it to the command, unless it was sent to the whole process group, and so to the command too. 0 or negative errno. */
int32_t tcptop__command_signal(int32_t fd, int32_t signal);

/* Waits for timeout_ms, 250 at most. 0: nothing new; 2: it could not be run, *value is the errno; 3: it has ended, *value is as waitpid() has
 * it; -EPIPE: its minder was killed. */
int32_t tcptop__command_wait(int32_t fd, int32_t timeout_ms, int32_t *value);

/* Has the cgroup removed, and closes fd. Returns how many processes were left in it, which are now where they would have been without it;
 * -EBUSY: cgroups below it are in use, and it stays. Takes 2.5 s at most. */
int32_t tcptop__command_end(int32_t fd, int32_t minder);

/* A line "ID PATH" for each cgroup below the command's, as tcptop__cgroups(). */
int32_t tcptop__command_cgroups(int32_t folder, uint8_t *buffer, uint32_t capacity);

/* Forks a process that runs `command`, a line for /bin/sh, each time that it is told to. As tcptop__command_prepare() in uid, gid, removed, and when
 * it may be called. quiet: what the command writes is thrown away, else it goes to standard error. Returns a descriptor for the calls below, or
 * negative errno. */
int32_t tcptop__runner_start(const uint8_t *command, const uint8_t *removed, uint32_t uid, uint32_t gid, uint32_t quiet);

/* Runs it. facts: variables, each TCPTOP_NAME=VALUE with a NUL behind it, 64 at most; document: its standard input. Not again before
 * tcptop__runner_wait() has told of its end. 0 or negative errno; EMSGSIZE: more than 128 KiB. Any thread, as all of these. */
int32_t tcptop__runner_run(int32_t fd, const uint8_t *facts, uint32_t facts_bytes, const uint8_t *document, uint32_t bytes);

/* Waits for timeout_ms, 250 at most. 0: nothing new; 1: the command has ended, *status is as waitpid() has it, or it could not be started, *status is negative errno;
 * negative errno: the runner has gone. */
int32_t tcptop__runner_wait(int32_t fd, int32_t timeout_ms, int32_t *status);

/* Runs no further command; one that runs goes on. */
void tcptop__runner_end(int32_t fd);

/* Copies length bytes from begin on of what the launcher has mapped (scripts/bundle.ts), whose pages are then given back. Returns length; -ENOENT: this is no such
 * executable; -ERANGE: there are not so many. Any thread, no handle. */
int32_t tcptop__text(uint32_t begin, uint8_t *buffer, uint32_t length);

#pragma GCC visibility pop

#endif

/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* For everybody: the layout of every record, typed by hand here and nowhere else. The eBPF programs and the shim write them, and
 * src/wire/layout.ts is generated from this file (scripts/generate-layout.ts). Rules that the generator checks:
 * one field a line, fixed-width types only, padding named and zeroed, every size a multiple of 8.
 * All times are CLOCK_BOOTTIME nanoseconds, so that an age goes on counting while the machine is suspended.
 * All numbers are in host byte order; addresses are in network byte order, IPv4 in the first 4 bytes. */
#ifndef TCPTOP_RECORD_H
#define TCPTOP_RECORD_H

#include <linux/types.h>

enum tcptop_tag {
	TAG_TCP_OPEN = 1,  /* struct tcptop_tcp_record: a connection was established */
	TAG_TCP_CLOSE = 2, /* struct tcptop_tcp_record: it ended, the counters are final; in state TCP_SYN_SENT: connect() failed */
	TAG_TCP_LIVE = 3,  /* struct tcptop_tcp_record: seen by a snapshot, everything about it */
	TAG_TCP_COUNTERS = 4, /* struct tcptop_tcp_counters: seen by a snapshot, the other fields are as in the last full record */
	TAG_TCP_OWNER = 5, /* struct tcptop_tcp_record: the owner of a connection whose TAG_TCP_CLOSE went out before it was known */
	TAG_UDP_FLOW = 6,  /* struct tcptop_udp_record: a flow as the snapshot found it */
	TAG_TICK = 7,      /* struct tcptop_tick: ends a snapshot */
	TAG_UDP_OWNER = 8, /* struct tcptop_udp_owner: the present owner of a UDP socket, for its flows that began before time_ns */
	TAG_PROCESS = 9,   /* struct tcptop_process: the executable of a process that owns a socket */
	TAG_TCP_LIMITS = 10, /* struct tcptop_tcp_limits: what holds up a connection that the snapshot has just shown, when it is not as told before */
	TAG_TCP_PATH = 11, /* struct tcptop_tcp_path: what is known of its way to the peer, when it may have changed */
	TAG_TRANSLATION = 13, /* struct tcptop_translation: the kernel translates the addresses of a connection (NAT), or does not any more */
	TAG_TCP_RESET = 14, /* struct tcptop_tcp_reset: why this end has reset a connection, before or after the record of its end */
	TAG_DROPPED = 12,  /* struct tcptop_dropped: packets that this machine's kernel threw away, when there are more than told before */
	TAG_DNS_ANSWER = 15, /* struct tcptop_dns_answer: a datagram that came from port 53 to a socket that had sent one there */
};

/* How the owner was found. From OWNER_CONNECT on it is a process that was seen with the socket; below, a fallback. */
enum tcptop_owner_how {
	OWNER_NONE = 0,     /* not known: tgid and comm mean nothing */
	OWNER_LISTENER = 1, /* the owner of the listener that the peer connected to */
	OWNER_KERNEL = 2,   /* the kernel's own socket (NFS, CIFS, ...): tgid is 0 */
	OWNER_CONNECT = 3,  /* called connect() or listen() */
	OWNER_CLOSE = 4,    /* called close(), shutdown() or exited */
	OWNER_FILE = 5,     /* holds a descriptor of it */
};

/* Whether processes other than the owner hold a descriptor of the socket too, as after fork(): the owner is then who used it last. */
enum tcptop_several {
	SEVERAL_NO = 0,      /* none was found */
	SEVERAL_YES = 1,
	SEVERAL_UNKNOWN = 2,
};

enum tcptop_direction {
	DIRECTION_UNKNOWN = 0,
	DIRECTION_OUTBOUND = 1,
	DIRECTION_INBOUND = 2,
};

/* Why and by whom a connection ended, where its socket has no error. */
enum tcptop_end {
	END_UNKNOWN = 0,     /* its end went unseen, or the source does not say */
	END_FIN_LOCAL = 1,   /* this end closed first */
	END_FIN_PEER = 2,    /* the other end closed first */
	END_RESET_SENT = 3,  /* its process reset it (SO_LINGER 0) */
	END_RESET_UNREAD = 4, /* its process closed it, or ended, with data unread: the kernel resets it then */
	END_GIVEN_UP = 5,    /* its process closed it, or ended, before it was established */
	END_KEEPALIVE = 6,   /* nothing was under way, and the peer did not answer to keepalive probes */
	END_DISCONNECTED = 7, /* its process gave the socket up for another connection: connect() with AF_UNSPEC */
	END_NOT_ACCEPTED = 8, /* its listener was closed, or its process ended, before it was accepted: the kernel resets it then */
	END_ERROR = 128,     /* bit: the rest is the socket's errno */
};

/* Bits: what this source does not know of this flow. The fields are 0 and mean nothing, but for rx_dropped_packets: that is for sums alone then,
 * what a socket lost of which it is not known which of its flows did. */
enum tcptop_unknown {
	UNKNOWN_BYTES = 1,
	UNKNOWN_PACKETS = 2,
	UNKNOWN_RTT = 4,
	UNKNOWN_RETRANSMITS = 8,
	UNKNOWN_CWND = 16,
	UNKNOWN_UID = 32,
	UNKNOWN_AGE = 64,
	UNKNOWN_DROPPED_PACKETS = 128,
	UNKNOWN_DROPPED_BYTES = 256,
};

/* TAG_TCP_OPEN, TAG_TCP_CLOSE, TAG_TCP_LIVE, TAG_TCP_OWNER */
struct tcptop_tcp_record {
	__u16 tag;
	__u16 size;
	__u8 family;         /* 4 or 6, of the socket: a v4-mapped peer of an IPv6 socket has 6 */
	__u8 state;          /* TCP_ESTABLISHED = 1 ... TCP_CLOSING = 11, include/net/tcp_states.h */
	__u8 direction;      /* enum tcptop_direction */
	__u8 how;            /* enum tcptop_owner_how */
	__u64 time_ns;       /* when the record was written */
	__u64 cookie;        /* the socket's, unique until reboot, but kept by a socket that connects again */
	__u64 opened_ns;     /* 0: opened before tcptop was attached, or unseen */
	__u64 cgroup_id;     /* of the owner, in the cgroup v2 hierarchy */
	__u64 owner_start_ns; /* start of the owner's thread group: with tgid it names a process for good */
	__u64 rx_bytes;      /* payload delivered in order, without the FIN */
	__u64 tx_bytes;      /* payload that has left, each byte once */
	__u32 tgid;
	__u32 uid;           /* effective, in the initial user namespace */
	__u32 netns;         /* inode number of the network namespace */
	__u32 cwnd;          /* segments */
	__u32 rx_packets;    /* segments, wraps at 2^32 as the kernel's own counter does */
	__u32 tx_packets;
	__u32 srtt_us;       /* 0: not measured */
	__u32 rttvar_us;
	__u32 retransmits;   /* segments sent again */
	__u16 local_port;
	__u16 remote_port;   /* 0: a listener */
	__u8 local_address[16];
	__u8 remote_address[16];
	__u32 scope;         /* interface index that a link-local address belongs to, else 0 */
	__u16 unknown;       /* bits of enum tcptop_unknown */
	__u8 several;        /* enum tcptop_several */
	__u8 end;            /* TAG_TCP_CLOSE: enum tcptop_end, or END_ERROR with the errno of the socket (below 128) */
	__u8 comm[16];       /* of the thread group's leader */
	__u32 connect_us;    /* how long the handshake took, as this end saw it; 0: not known */
	__u32 pad;
};

/* TAG_TCP_COUNTERS */
struct tcptop_tcp_counters {
	__u16 tag;
	__u16 size;
	__u8 state;
	__u8 how;
	__u16 pad;
	__u64 cookie;
	__u64 rx_bytes;
	__u64 tx_bytes;
	__u32 cwnd;
	__u32 rx_packets;
	__u32 tx_packets;
	__u32 srtt_us;
	__u32 rttvar_us;
	__u32 retransmits;
};

/* Why this end sent a reset (enum sk_rst_reason of the kernel). */
enum tcptop_reset_why {
	RESET_UNKNOWN = 0,
	RESET_UNREAD = 1,    /* closed with data unread */
	RESET_LINGER2 = 2,   /* closed with TCP_LINGER2 below 0 */
	RESET_DATA_AFTER_CLOSE = 3, /* data came in that nobody can read any more */
	RESET_MEMORY = 4,    /* no memory for it, or too many without a process */
	RESET_UNSENT = 5,    /* disconnected with data unsent */
	RESET_STATE = 6,     /* what else ends a connection at once: SO_LINGER 0, disconnected, killed */
};

/* TAG_TCP_RESET */
struct tcptop_tcp_reset {
	__u16 tag;
	__u16 size;
	__u8 why;            /* enum tcptop_reset_why */
	__u8 pad[3];
	__u64 cookie;
	__u64 opened_ns;     /* as in the connection's other records; 0 also: of the last one with this cookie */
};

/* Bits. What the kernel says of a connection's sending. */
enum tcptop_sending {
	SENDING_APP_LIMITED = 1,  /* the last delivery that was measured began with nothing more to send (tcp_rate_check_app_limited()) */
	SENDING_CWND_LIMITED = 2, /* the congestion window was full (tcp_cwnd_validate()) */
	SENDING_SEGMENT_WAITS = 4, /* a whole segment or more was not sent; less may wait for more to come (Nagle) */
	/* Something that was sent is taken for lost, and was not acknowledged since (tcp_sock.lost_out), though the peer's window, as last heard, is not
	 * closed: a receiver without memory throws away what it had room for, and says so by a window of 0. Or nothing is under way, as this machine has refused
	 * what waits. */
	SENDING_LOST = 8,
};

/* TAG_TCP_LIMITS. Of a listener the queues are as ss has them: receive_queue is connections that wait for accept(), send_queue how many may, unsent
 * how many packets it has dropped (sk_drops, modulo 2^32), and the rest is 0. Times and queues are read without the socket's lock. Times run from the connection's beginning and are exact to a jiffy. */
struct tcptop_tcp_limits {
	__u16 tag;
	__u16 size;
	__u8 sending;        /* bits of enum tcptop_sending */
	__u8 pad[3];
	__u64 cookie;
	__u64 busy_us;       /* something was written and not yet acknowledged */
	__u64 peer_window_us; /* of that: the peer's receive window had no room */
	__u64 send_buffer_us; /* of that: all was sent, and the send buffer had no room for more */
	__u32 send_queue;    /* bytes written and not acknowledged */
	__u32 unsent;        /* of those, bytes that have not been sent */
	__u32 receive_queue; /* bytes that have come in and were not read */
	__u32 min_rtt_us;    /* the smallest of the last minutes (net.ipv4.tcp_min_rtt_wlen); 0: not measured */
};

/* Bits: what the kernel or the source does not have of struct tcptop_tcp_path. */
enum tcptop_path_lacks {
	LACKS_LOST = 1,
	LACKS_RTO_COUNT = 2, /* before Linux 6.7 */
};

/* TAG_TCP_PATH: nothing of it moves while no segment comes or goes. Counts run from the connection's beginning. */
struct tcptop_tcp_path {
	__u16 tag;
	__u16 size;
	__u8 lacks;          /* bits of enum tcptop_path_lacks */
	__u8 pad[3];
	__u64 cookie;
	__u64 moved_ns;      /* when data was last sent, again or not, or came in; exact to a jiffy. 0: in SYN_SENT */
	__u64 delivery_rate; /* bytes per second that the peer acknowledged, as last measured; 0: not measured */
	__u64 pacing_rate;   /* bytes per second at most; ~0: not paced */
	__u32 mss;           /* payload of a segment at most, of what is sent */
	__u32 ssthresh;      /* segments; 0x7fffffff: not set (TCP_INFINITE_SSTHRESH) */
	__u32 lost;          /* segments that it took for lost */
	__u32 rto_count;     /* times that the retransmission timer ran out */
	__u32 ecn_marks;     /* segments that the peer acknowledged with a congestion mark */
	__u32 reord_seen;    /* times that segments were seen to have arrived in another order */
	__u32 dsack_dups;    /* segments that the peer says it got twice */
	__u32 pad2;
	__u8 congestion[16]; /* name of the congestion control, zeros behind it */
};

enum tcptop_udp_state {
	UDP_LISTED = 0,      /* in every snapshot: a flow that is missing from one is gone */
	UDP_KEPT = 1,        /* in a snapshot when it has new datagrams or everything is sent again: it is there until UDP_EXPIRED or UDP_EVICTED */
	UDP_EXPIRED = 2,     /* gone after being idle for the time-out: the counters are final */
	UDP_EVICTED = 3,     /* gone to make room in the table: the counters are final */
};

/* What runs over UDP, where the source knows. */
enum tcptop_carries {
	CARRIES_UNKNOWN = 0,
	CARRIES_QUIC = 1,
};

/* TAG_UDP_FLOW: one per (socket, remote address, remote port) */
struct tcptop_udp_record {
	__u16 tag;
	__u16 size;
	__u8 family;
	__u8 state;          /* enum tcptop_udp_state */
	__u8 direction;
	__u8 how;
	__u64 cookie;
	__u64 first_ns;      /* first packet seen */
	__u64 last_ns;       /* last packet seen */
	__u64 cgroup_id;
	__u64 owner_start_ns;
	__u64 rx_bytes;
	__u64 tx_bytes;
	__u64 rx_packets;    /* datagrams; one for each segment of a GSO or GRO packet */
	__u64 tx_packets;
	__u64 rx_dropped_bytes; /* came in and never reached the process; not in rx_bytes */
	__u64 rx_dropped_packets;
	__u32 tgid;
	__u32 uid;
	__u32 netns;
	__u32 scope;
	__u16 local_port;
	__u16 remote_port;
	__u16 unknown;       /* bits of enum tcptop_unknown */
	__u8 carries;        /* enum tcptop_carries */
	__u8 several;
	__u8 local_address[16];
	__u8 remote_address[16];
	__u8 comm[16];
};

/* TAG_UDP_OWNER */
struct tcptop_udp_owner {
	__u16 tag;
	__u16 size;
	__u8 how;
	__u8 several;
	__u8 pad[2];
	__u64 time_ns;
	__u64 cookie;
	__u64 cgroup_id;
	__u64 owner_start_ns;
	__u32 tgid;
	__u32 uid;
	__u32 netns;
	__u32 pad2;
	__u8 comm[16];
};

/* TAG_PROCESS: when the process is first an owner, and again after exec() */
struct tcptop_process {
	__u16 tag;
	__u16 size;
	__u32 tgid;
	__u64 start_ns;      /* of the thread group; 0: not known */
	__u8 comm[16];       /* of its leader, at that time */
	__u8 exe[256];       /* file name of the executable, without folders (NAME_MAX is 255); empty: longer than could be read */
	__u32 ancestors[24]; /* pids of its parent, of that one's parent and so on, as they were then; 0 after the last that is known */
	__u8 parent[16];     /* comm of the parent's leader, at that time; empty where no parent is known */
};

enum tcptop_translated {
	TRANSLATIONS_FORGOTTEN = 0, /* nothing that was told of this namespace counts any more, and what there is follows; the rest is 0 */
	TRANSLATION_THERE = 1,
	TRANSLATION_GONE = 2,
};

/* TAG_TRANSLATION: from `from` to `to`, as the client has it, becomes from `seen` to `server`, as the server has it. */
struct tcptop_translation {
	__u16 tag;
	__u16 size;
	__u8 family;         /* 4 or 6 */
	__u8 protocol;       /* IPPROTO_TCP or IPPROTO_UDP */
	__u8 change;         /* enum tcptop_translated */
	__u8 pad;
	__u32 netns;         /* inode number of the network namespace that translates */
	__u16 from_port;
	__u16 to_port;
	__u16 server_port;
	__u16 seen_port;
	__u32 pad2;
	__u8 from_address[16];
	__u8 to_address[16];
	__u8 server_address[16];
	__u8 seen_address[16];
};

/* TAG_DROPPED: of one flow, in one direction and for one reason, as far as all of them are known; since first_ns, and never back. */
struct tcptop_dropped {
	__u16 tag;
	__u16 size;
	__u8 family;         /* of the packets; 0: of flows for which there was no room: what they share is the reason, and the rest is 0 */
	__u8 protocol;       /* 6 or 17 */
	__u8 direction;      /* enum tcptop_direction, as the socket sees it; DIRECTION_UNKNOWN where there is no cookie */
	__u8 pad;
	__u64 cookie;        /* of the socket; 0: not known, the packets' ends tell */
	__u64 first_ns;      /* when the first of them was thrown away: another first_ns is another count, from 0 on */
	__u64 last_ns;
	__u64 packets;       /* one for each segment of a GSO or GRO packet */
	__u64 bytes;         /* payload */
	__u32 netns;         /* 0: not known */
	__u32 scope;
	__u16 source_port;   /* the packets' own ends, whichever of the two is this machine's */
	__u16 destination_port;
	__u32 pad2;
	__u8 source[16];
	__u8 destination[16];
	__u8 reason[32];     /* the kernel's name for it without SKB_DROP_REASON_, such as NETFILTER_DROP; its number where it has none */
};

/* Bits: what the source can tell beside what is in every snapshot, and what it has left out. */
enum tcptop_feature {
	FEATURE_DROPS = 1,   /* why packets are dropped (TAG_DROPPED) */
	FEATURE_CHANGES = 2, /* not this time: connections that this snapshot has no record of are as they were */
};

/* TAG_DNS_ANSWER. Its size is that of this struct or, for a short answer, less: what is missing is the end of payload. */
struct tcptop_dns_answer {
	__u16 tag;
	__u16 size;
	__u16 bytes;         /* length of the whole datagram, of which payload has the beginning */
	__u16 pad;
	__u64 time_ns;
	__u64 cookie;        /* of the socket that asked */
	__u64 owner_start_ns; /* and its owner; 0: not known */
	__u32 tgid;
	__u32 netns;         /* 0: not known */
	__u8 payload[1240];  /* the DNS message */
};

/* TAG_TICK. Every counter runs from the start of the source and never goes back. */
struct tcptop_tick {
	__u16 tag;
	__u16 size;
	__u32 features;      /* bits of enum tcptop_feature */
	__u64 begin_ns;      /* before the snapshot's first read */
	__u64 time_ns;       /* after its last */
	__u64 wall_ns;       /* CLOCK_REALTIME at time_ns */
	__u64 events_lost;   /* records that found the ring full */
	__u64 sockets_untracked; /* sockets for which no storage could be made, or that found the table full */
	__u64 snapshot_errors; /* snapshots that were cut short or refused */
	__u64 udp_evicted;   /* UDP flows that left the map for want of room */
	__u64 udp_untracked; /* datagrams that could not be put on a flow */
	__u64 dns_unread;    /* answers of name servers that were not copied: more than may be in a second, or no room */
	__u64 sockets_apart; /* not a count of all time: connections that are open now, and in no record since the table was full */
};

#endif

/* SPDX-License-Identifier: MIT */
/* One message of ctnetlink. */
#ifndef TCPTOP_CONNTRACK_MESSAGE_H
#define TCPTOP_CONNTRACK_MESSAGE_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../bpf/record.h"

/* Fills the record from a message about an entry of the table of connections. False: it is about something else, or about one whose addresses are
 * not translated, or that is neither TCP nor UDP. */
bool translation_parse(const struct nlmsghdr *m, uint32_t netns, struct tcptop_translation *to);

/* How many entries the table has, by the answer to IPCTNL_MSG_CT_GET_STATS. */
uint32_t entries_parse(const struct nlmsghdr *m);

#endif

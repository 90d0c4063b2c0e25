// clang -O2 -Wall -Wextra -Werror -shared -fPIC -o refuse_destroy.so refuse_destroy.c
// LD_PRELOAD=refuse_destroy.so COMMAND...: as on a kernel without CONFIG_INET_DIAG_DESTROY. There the handlers of TCP and UDP have no destroy(); here
// it is asked of one that never had, that of Unix sockets, so that the answer is the kernel's own (sock_diag_rcv_msg(): EOPNOTSUPP).
#define _GNU_SOURCE
#include <dlfcn.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <string.h>
#include <sys/socket.h>

struct request {
	struct nlmsghdr header;
	struct inet_diag_req_v2 body;
};

ssize_t send(int fd, const void *bytes, size_t length, int flags)
{
	ssize_t (*next)(int, const void *, size_t, int) = dlsym(RTLD_NEXT, "send");
	struct sockaddr address;
	socklen_t size = sizeof(address);
	struct request r;

	if (length != sizeof(r) || getsockname(fd, &address, &size) || address.sa_family != AF_NETLINK)
		return next(fd, bytes, length, flags);
	memcpy(&r, bytes, sizeof(r));
	if (r.header.nlmsg_type == SOCK_DESTROY)
		r.body.sdiag_family = AF_UNIX;
	return next(fd, &r, sizeof(r), flags);
}

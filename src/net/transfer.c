/* transfer.c - see transfer.h. Nothing goes out yet: no transfer can be started. */
#include "net/transfer.h"

#include <poll.h>
#include <stdlib.h>

struct transfers {
	int running;
};

enum err
transfers_new(struct ctx *cx, struct transfers **out)
{
	*out = calloc(1, sizeof(**out));
	if (*out == NULL)
		return err_set(&cx->err, ERR_INTERNAL, "out of memory");
	return ERR_OK;
}

void
transfers_free(struct transfers *set)
{
	free(set);
}

enum err
transfer_start(struct ctx *cx, struct transfers *set, const struct transfer_request *rq,
    void *cookie)
{
	(void)set;
	(void)rq;
	(void)cookie;
	return err_set(&cx->err, ERR_UNAVAILABLE, "nothing goes out yet");
}

void
transfers_wait(struct transfers *set, struct pollfd *also, int also_n, int timeout_ms)
{
	(void)set;
	(void)poll(also, (nfds_t)also_n, timeout_ms);
}

bool
transfers_next(
    struct transfers *set, void **cookie, const struct transfer_reply **reply)
{
	(void)cookie;
	(void)reply;
	return set->running > 0;
}

/*
 * call.c - calls the URLs that stdin has a line each, all at once, as a tenant's.
 *
 *   call TIMEOUT_MS [ALLOW]
 *
 * Prints "N what status address reason" for each as it ends, with tabs between: N is
 * the line's number from 0, what is "answered", "refused" or "failed". At the end "end
 * MS": how long giving everything back took.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "net/transfer.h"

static int
start_all(struct ctx *cx, struct transfers *set, struct transfer_request rq)
{
	char line[4096];
	int n = 0;

	for (; fgets(line, sizeof(line), stdin) != NULL; n++) {
		line[strcspn(line, "\n")] = '\0';
		rq.url = line;
		if (transfer_start(cx, set, &rq, (void *)(uintptr_t)n) != ERR_OK)
			return -1;
	}
	return n;
}

static void
tell(uintptr_t n, const struct transfer_reply *r)
{
	printf("%d\t%s\t%d\t%s\t%s\n", (int)n,
	    r->answered      ? "answered"
		: r->refused ? "refused"
			     : "failed",
	    r->status, r->address, r->reason != NULL ? r->reason : "");
	(void)fflush(stdout);
}

int
main(int argc, char **argv)
{
	struct transfer_request rq = {.method = "GET",
	    .reply_max = 1000,
	    .reach = TRANSFER_TO_PUBLIC,
	    .allow = argc > 2 ? argv[2] : NULL};
	const struct transfer_reply *r;
	struct transfers *set;
	int64_t ended, timeout;
	struct ctx cx;
	void *cookie;

	ctx_init(&cx, arena_new(16 * 1024 * 1024));
	if (argc < 2 || !str_to_i64(slice_of(argv[1]), 1, 60000, &timeout) ||
	    transfers_new(&cx, &set) != ERR_OK)
		return 64;
	rq.timeout_ms = (int)timeout;
	if (start_all(&cx, set, rq) < 0)
		return 1;
	while (transfers_running(set) > 0) {
		transfers_wait(set, NULL, 0, 1000);
		while (transfers_next(set, &cookie, &r))
			tell((uintptr_t)cookie, r);
	}
	ended = clock_mono_ms();
	transfers_free(set);
	arena_free(cx.mem);
	printf("end\t%d\n", (int)(clock_mono_ms() - ended));
	return 0;
}

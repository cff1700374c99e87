/*
 * exchange.h - one request at a door: its body, and what the application does with it.
 *
 * Owner:    the door (fcgi.c, cgi.c, or a test).
 * Lifetime: one request.
 * Threads:  one.
 * Failure:  reading the body tells ERR_TOO_LARGE or ERR_INVALID; a connection that
 * broke is an early end.
 */
#ifndef TENANTD_HTTP_EXCHANGE_H
#define TENANTD_HTTP_EXCHANGE_H

#include "http/request.h"
#include "http/response.h"

enum { EXCHANGE_DRAIN_MAX = 64 * 1024 * 1024 };

/*
 * One request. The handler asks for the body itself, with the limit that its row says;
 * what it does not read is drained and dropped by the door.
 */
struct exchange {
	/* Takes up to `size` bytes (at least 1) of the body: how many came, 0 at the
	 * end of a whole stream, -1 when it broke or the time was up. */
	long (*read)(struct exchange *x, char *out, size_t size);
	/* Whether nobody is left to be answered, as far as one can know; NULL: one
	 * cannot. */
	bool (*gone)(const struct exchange *x);
	/*
	 * Sends what rs holds, by until_ms (clock_mono_ms()) at the latest: its head,
	 * when it is the first time, and its body, which is empty afterwards. From then
	 * on rs->begun says that the answer cannot become another. false: it was not
	 * taken, and never will be. The rest goes out in the end, as always.
	 */
	bool (*send)(struct exchange *x, struct response *rs, int64_t until_ms);
	/* Asked several times a second while send waits; false: it gives up. NULL: it
	 * waits until until_ms. */
	bool (*stay)(void *arg);
	void *stay_arg;
	void *source;
	int64_t began_ms; /* clock_mono_ms() of the first byte */
	int timeout_ms;   /* see exchange_late() */
	uint64_t taken;   /* bytes of body read so far */
	size_t sent;      /* bytes of the answer, by send */
	bool ended;       /* the end of the stream was seen */
	bool broken;
	bool lost; /* what was to be sent was not taken */
};

/* Reads the whole body into cx->mem and rq; ERR_TOO_LARGE past `limit` bytes (at once
 * when CONTENT_LENGTH says so), ERR_INVALID when it ends early (fewer bytes than
 * CONTENT_LENGTH said). No body: "" of length 0. A second call changes nothing. */
enum err exchange_read_body(
    struct ctx *cx, struct exchange *x, struct request *rq, size_t limit) MUST_CHECK;
/* The same into memory of its own, which goes back to the system with cx->mem's next
 * reset: for limits that the request's memory would not hold. */
enum err exchange_spool_body(
    struct ctx *cx, struct exchange *x, struct request *rq, size_t limit) MUST_CHECK;
/* Drops what is left, up to EXCHANGE_DRAIN_MAX; true: the end of the stream was seen.
 */
bool exchange_drain(struct exchange *x);
/* Whether `bytes` took longer than timeout_ms and as much again for each MiB. */
bool exchange_late(const struct exchange *x, int64_t since_ms, uint64_t bytes);

struct fcgi_service {
	/* Answers one request: fills rs. `params` are the CGI variables, valid until
	 * done() has returned. */
	void (*answer)(void *app, struct exchange *x, const char *const *params,
	    struct response *rs);
	/* After the answer was sent, or the client went away: logs, counts, resets. */
	void (*done)(void *app, const struct response *rs, size_t bytes_sent);
	/* Between requests, and at least once a second while idle; false: stop. */
	bool (*idle)(void *app);
	void *app;
};

/* The answer's head, appended to `head`. An answer that failed (grew past its limit)
 * becomes a 500 first. */
void exchange_finish_head(struct response *rs, struct buf *head);

#endif

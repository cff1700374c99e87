/*
 * transfer.h - many calls out at once, in one process: HTTP and SMTP, through libcurl.
 *
 * No redirects (a 3xx is a status like another), no proxies, nothing of the
 * environment, no cookies; certificates verified; HTTP/1.1. The scheme must be the one
 * that the kind of request has. Time, head and body of a reply are bounded.
 *
 * Owner:    the process that made the set, after the fork.
 * Lifetime: a transfer and its reply: cx->mem of transfer_start(). When that arena is
 *           reset the transfer is cancelled.
 * Threads:  one.
 * Failure:  transfer_start() fails when libcurl does. Whatever is wrong with a request,
 *           or happens to it, is told by its reply: there is one for each that was
 *           started and not cancelled.
 */
#ifndef TENANTD_NET_TRANSFER_H
#define TENANTD_NET_TRANSFER_H

#include "base/ctx.h"
#include "base/str.h"

/* Whose word the URL is. */
enum transfer_reach {
	TRANSFER_REACH_UNSET,  /* refused */
	TRANSFER_TO_PUBLIC,    /* a tenant's: public addresses, and those of `allow` */
	TRANSFER_TO_OPERATORS, /* the settings': any address */
};

enum transfer_tls {
	TRANSFER_TLS_UNSET,    /* refused */
	TRANSFER_TLS_OFF,      /* smtp:// */
	TRANSFER_TLS_STARTTLS, /* smtp://, and no mail without STARTTLS */
	TRANSFER_TLS_AT_ONCE,  /* smtps:// */
};

/* Signed by AWS Signature Version 4 (net/sigv4.h). */
struct transfer_aws {
	const char *region, *service, *key_id, *secret;
};

/* An SMTP session with one message, the request's body: CRLF line ends, dots as they
 * are. All recipients are taken or none. */
struct transfer_mail {
	const char *from;              /* address without <>; "" for a bounce's */
	const char *const *recipients; /* addresses without <>; NULL-terminated */
	enum transfer_tls tls;
	const char *user, *password; /* NULL: not signed in */
};

/* Takes a piece of a reply's body; false: no more is wanted. */
typedef bool transfer_sink_fn(void *arg, struct slice piece);

struct transfer_request {
	const char *method; /* of HTTP: GET, HEAD, POST, PUT, PATCH, DELETE */
	const char *url;
	const char *const *headers; /* "Name: value", NULL-terminated; NULL: none. Those
				       that frame the message are not the caller's. */
	struct slice body;          /* not copied */
	int timeout_ms;             /* for all of it; cx's deadline may leave less */
	size_t reply_max; /* bytes of the reply's body that are kept; the rest is not
			     read */
	/* Gets the body of a 2xx as it comes, within transfers_wait(), and reply.body
	 * stays empty; when it wants no more, the reply is cut. NULL: it is kept. */
	transfer_sink_fn *sink;
	void *sink_arg;
	enum transfer_reach reach;
	const char *allow;   /* of TRANSFER_TO_PUBLIC: see net/reach.h; not copied */
	const char *ca_file; /* PEM; NULL: the system's certificates */
	const struct transfer_aws *aws;   /* NULL: not signed */
	const struct transfer_mail *mail; /* NULL: HTTP */
};

struct transfer_reply {
	bool answered; /* a whole reply, be it cut */
	bool refused;  /* by us: trying the same again is of little use */
	bool body_cut; /* it was longer than reply_max, or the sink had enough */
	int status;    /* of HTTP or SMTP; 0: none came. May be set though the rest did
			  not come. */
	const char *reason;   /* why there is no answer, in words that anybody may read;
				 of SMTP also why an answer is a refusal; else NULL */
	struct slice headers; /* status line and fields; NUL-terminated as well */
	struct slice body;    /* NUL-terminated as well */
	const char *address;  /* that was connected to, "" when none was */
	/* Microseconds from the start until: */
	int64_t name_us;       /* the name was resolved */
	int64_t connect_us;    /* TCP was connected */
	int64_t tls_us;        /* TLS was agreed; 0: without */
	int64_t first_byte_us; /* the reply began */
	int64_t total_us;      /* the end */
};

struct transfers;
struct pollfd;

enum err transfers_new(struct ctx *cx, struct transfers **out) MUST_CHECK;
/* Cancels what is under way. */
void transfers_free(struct transfers *set);

/* rq and what it points to may be gone afterwards, but for body and allow, which must
 * live as long as cx->mem. */
enum err transfer_start(struct ctx *cx, struct transfers *set,
    const struct transfer_request *rq, void *cookie) MUST_CHECK;
/* Ends it without a reply; nothing happens when there is none of this cookie. */
void transfer_cancel(struct transfers *set, const void *cookie);

/* Started, and neither taken from transfers_next() nor cancelled. */
int transfers_running(const struct transfers *set);
/*
 * Works until a transfer ends, a signal comes, one of `also` is ready or timeout_ms
 * have passed; may return earlier. revents of `also` are set.
 */
void transfers_wait(
    struct transfers *set, struct pollfd *also, int also_n, int timeout_ms);
/* Takes one that has ended; false: none has. */
bool transfers_next(
    struct transfers *set, void **cookie, const struct transfer_reply **reply);

/* The value of a field of the reply, by its name in any case; {NULL, 0}: there is none.
 * Of several the first. */
struct slice transfer_header(const struct transfer_reply *reply, const char *name);

#endif

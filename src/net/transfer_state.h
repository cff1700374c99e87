/*
 * transfer_state.h - one transfer under way, for the files that make it up: transfer.c
 * (the set), transfer_ask.c (what is sent), transfer_hear.c (what comes back).
 *
 * Owner:    the arena it was started in; its set, while it has one.
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  a reason in words for whoever reads the reply, NULL: none.
 */
#ifndef TENANTD_NET_TRANSFER_STATE_H
#define TENANTD_NET_TRANSFER_STATE_H

#include <curl/curl.h>

#include "base/buf.h"
#include "net/transfer.h"

struct transfer {
	struct transfers *set; /* NULL: cancelled, or its reply was taken */
	struct transfer *prev, *next;
	struct arena *mem;
	void *cookie;
	CURL *c; /* NULL: it has ended */
	struct curl_slist *fields, *recipients;
	const char *allow;
	struct slice unsent; /* of a mail */
	enum transfer_reach reach;
	bool mail, plain;
	bool literal; /* the URL's host is an address */
	int timeout_ms;

	/* Addresses: how many may be tried, and the first that may not, in words. */
	int tried;
	char refusal[128];

	struct buf head, body;
	size_t head_seen; /* bytes of all heads, of those before the last as well */
	size_t reply_max, body_seen; /* bytes of body */
	transfer_sink_fn *sink;
	void *sink_arg;
	bool head_long, no_memory;
	char why[CURL_ERROR_SIZE]; /* libcurl's words */
	struct transfer_reply reply;
};

/* What is wrong with the request; no network is asked. */
const char *transfer_refuse(struct ctx *cx, const struct transfer_request *rq);
/* Sets up t->c, which is there; not CURLE_OK: libcurl is short of something. */
CURLcode transfer_ask(struct transfer *t, const struct transfer_request *rq);
/* The part of that which reads the reply. */
CURLcode transfer_hear(struct transfer *t);
/* Fills in t->reply of a transfer that ended with rc. */
void transfer_heard(struct transfer *t, CURLcode rc);

#endif

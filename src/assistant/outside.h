/*
 * outside.h - one call out on behalf of a chat, and what is said when it fails.
 *
 * Owner:    the caller.
 * Lifetime: of the chat; replies: cx->mem.
 * Threads:  one.
 * Failure:  ERR_OUTSIDE_FAILED, told and logged, names the service and the step to do,
 *           never its words, nor a key.
 */
#ifndef TENANTD_ASSISTANT_OUTSIDE_H
#define TENANTD_ASSISTANT_OUTSIDE_H

#include "assistant/assistant.h"
#include "base/buf.h"
#include "net/transfer.h"
#include "json/json.h"

/* How a service is spoken of. */
struct outside_service {
	const char *name;     /* "the language model (OPENAI_URL)" */
	const char *key_step; /* what to do when it refuses the key */
};

struct outside {
	struct transfers *set;
	const struct assistant_listener *listener;
};

struct outside_call {
	const struct outside_service *service;
	const char *url;
	const char *key_field; /* "Api-Key: ": what stands before the key */
	struct slice key;
	struct buf *body; /* JSON */
	int timeout_ms;
	size_t reply_max;
	transfer_sink_fn *sink; /* NULL: the reply is kept */
	/* Between two pieces of a reply; NULL: nothing. Gets sink_arg. */
	enum err (*between)(struct ctx *cx, void *arg);
	void *sink_arg;
};

/* A reply of 2xx. It may be cut where there is a sink, and nowhere else. */
enum err outside_post(struct ctx *cx, struct outside *o,
    const struct outside_call *call, const struct transfer_reply **reply) MUST_CHECK;
/* Tells that a service failed, why: "answered what cannot be read". */
enum err outside_fail(
    struct ctx *cx, const struct outside_service *service, const char *why) MUST_CHECK;
/* The reply's body as JSON. */
enum err outside_read(struct ctx *cx, const struct outside_service *service,
    const struct transfer_reply *reply, const struct json **out) MUST_CHECK;

#endif

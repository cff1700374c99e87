/* outside.c - see outside.h. */
#include "assistant/outside.h"

#include <stdint.h>
#include <string.h>

#include "base/log.h"
#include "crypto/secret.h"
#include "json/json.h"

enum {
	TICK_MS = 100,
	RETRY_S = 5, /* where a service does not say when */
	RETRY_MOST_S = 3600
};

enum err
outside_fail(struct ctx *cx, const struct outside_service *service, const char *why)
{
	char quoted[320];

	log_event(LOG_WARNING, cx, "outside-failed", "service=%s reason=%s",
	    log_quote(quoted, sizeof(quoted) / 2, service->name),
	    log_quote(quoted + sizeof(quoted) / 2, sizeof(quoted) / 2, why));
	return err_tell(&cx->err, ERR_OUTSIDE_FAILED, "%s %s", service->name, why);
}

/* RFC 9110 10.2.3, the one with seconds. */
static int
wait_asked_for(const struct transfer_reply *r)
{
	int64_t s;

	return str_to_i64(transfer_header(r, "Retry-After"), 1, RETRY_MOST_S, &s)
	    ? (int)s
	    : RETRY_S;
}

static enum err
judge(struct ctx *cx, const struct outside_call *call, const struct transfer_reply *r)
{
	const struct outside_service *s = call->service;
	enum err rc;

	if (r->status == 401 || r->status == 403)
		return outside_fail(cx, s,
		    arena_printf(
			cx->mem, "refuses the key (%d): %s", r->status, s->key_step));
	if (r->status == 429 || r->status == 503) {
		rc = outside_fail(cx, s,
		    arena_printf(
			cx->mem, "is asked too much (%d): try again later", r->status));
		cx->err.retry_after = wait_asked_for(r);
		return rc;
	}
	if (r->status != 0 && r->status / 100 != 2)
		return outside_fail(
		    cx, s, arena_printf(cx->mem, "answered with status %d", r->status));
	if (!r->answered)
		return outside_fail(
		    cx, s, arena_printf(cx->mem, "did not answer: %s", r->reason));
	if (r->body_cut && call->sink == NULL)
		return outside_fail(cx, s, "answered at too great a length");
	return ERR_OK;
}

static enum err
wait_for_reply(struct ctx *cx, struct outside *o, const struct outside_call *call,
    const struct transfer_reply **reply)
{
	void *cookie;
	enum err rc = ERR_OK;

	while (rc == ERR_OK && !transfers_next(o->set, &cookie, reply)) {
		transfers_wait(o->set, NULL, 0, TICK_MS);
		if (call->between != NULL)
			rc = call->between(cx, call->sink_arg);
		if (rc == ERR_OK)
			rc = o->listener->look(cx, o->listener->arg);
	}
	if (rc != ERR_OK)
		transfer_cancel(o->set, call);
	return rc;
}

enum err
outside_post(struct ctx *cx, struct outside *o, const struct outside_call *call,
    const struct transfer_reply **reply)
{
	char *key = arena_printf(
	    cx->mem, "%s%.*s", call->key_field, (int)call->key.n, call->key.p);
	const char *const fields[] = {
	    key, "Content-Type: application/json", "Accept: */*", NULL};
	const struct transfer_request rq = {.method = "POST",
	    .url = call->url,
	    .headers = fields,
	    .body = {buf_text(call->body), call->body->n},
	    .timeout_ms = call->timeout_ms,
	    .reply_max = call->reply_max,
	    .sink = call->sink,
	    .sink_arg = call->sink_arg,
	    .reach = TRANSFER_TO_OPERATORS};
	enum err rc = call->body->failed
	    ? err_set(&cx->err, ERR_TOO_LARGE, "a question past its limit")
	    : transfer_start(cx, o->set, &rq, (void *)(uintptr_t)call);

	secret_cleanse(key, strlen(key));
	if (rc == ERR_OK)
		rc = wait_for_reply(cx, o, call, reply);
	return rc == ERR_OK ? judge(cx, call, *reply) : rc;
}

enum err
outside_read(struct ctx *cx, const struct outside_service *service,
    const struct transfer_reply *reply, const struct json **out)
{
	const enum err rc =
	    json_parse(cx, reply->body.p, reply->body.n, JSON_DEPTH_DEFAULT, out);

	if (rc == ERR_OK)
		return ERR_OK;
	err_clear(&cx->err);
	return outside_fail(cx, service, "answered what cannot be read");
}

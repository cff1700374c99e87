/* fetch.c - see fetch.h. */
#include "net/fetch.h"

#include "net/transfer.h"
#include "net/url.h"

bool
fetch_allows(const char *url)
{
	struct url u;

	return url_parse(url, "https|http", &u) == NULL;
}

static enum err
judge(struct ctx *cx, const char *url, const struct transfer_reply *r)
{
	const char *why = r->body_cut ? "the answer is too long" : r->reason;

	if (r->answered && !r->body_cut)
		return ERR_OK;
	return err_set(&cx->err, r->refused ? ERR_INVALID : ERR_UNAVAILABLE,
	    "could not fetch \"%.200s\": %s", url, why);
}

enum err
fetch_get(struct ctx *cx, const char *url, int timeout_ms, size_t limit,
    struct fetch_reply *out)
{
	const struct transfer_request rq = {.method = "GET",
	    .url = url,
	    .timeout_ms = timeout_ms,
	    .reply_max = limit,
	    .reach = TRANSFER_TO_OPERATORS};
	const struct transfer_reply *r;
	struct transfers *set;
	void *cookie;
	enum err err = transfers_new(cx, &set);

	if (err != ERR_OK)
		return err;
	err = transfer_start(cx, set, &rq, NULL);
	if (err == ERR_OK) {
		while (!transfers_next(set, &cookie, &r))
			transfers_wait(set, NULL, 0, timeout_ms);
		err = judge(cx, url, r);
		out->status = r->status;
		out->body = r->body;
	}
	transfers_free(set);
	return err;
}

/*
 * item.h - what one thing has in common with others of which there are lists: how it is
 * shown, and that it is changed only while it is what the caller has seen.
 *
 * In a transaction its row is held, what it is now is compared with If-Match, and then
 * it is changed (RFC 9110 13.1.1). The answer is what it has become, with its ETag.
 *
 * Owner:    the handler; rows and texts live in the call's arena.
 * Lifetime: one request.
 * Threads:  one.
 * Failure:  that of the form's hold and of the change; ERR_PRECONDITION, told, when it
 *           is not what the caller has seen.
 */
#ifndef TENANTD_CONTROLLERS_ITEM_H
#define TENANTD_CONTROLLERS_ITEM_H

#include "controllers/list.h"

struct item_form;

/* A change that is under way. */
struct item_change {
	struct app *app;
	struct call *call;
	const struct item_form *form;
	void
	    *now; /* the row, form->row.size bytes: as it was held, then as it became */
};

typedef enum err item_fn(struct ctx *cx, struct db *db, struct item_change *c);

/* What a thing is. */
struct item_form {
	const char *what;     /* as problems call it */
	struct list_form row; /* without a key where list_put() does not list it */
	/* Where the row has its version, an int64_t: with the row's key, a text, it is
	 * the ETag. 0: that is made from all that is shown. */
	size_t version;
	item_fn
	    *hold;  /* what the path names, into c->now, until the transaction ends */
	bool again; /* as steps_transaction(), where others may take its names */
};

/* The body, and its ETag. */
void item_put(struct call *call, const struct item_form *form, const void *row);

/* Each changes what the path names by fn, in a transaction in the context of the
 * call's tenant, else in that of management, and answers as it says. fn may be run
 * again. */

/* What it has become, with its ETag. */
enum err item_change(struct app *app, struct call *call, const struct item_form *form,
    item_fn *fn) MUST_CHECK;
/* 204. */
enum err item_remove(struct app *app, struct call *call, const struct item_form *form,
    item_fn *fn) MUST_CHECK;
/* Nothing yet. */
enum err item_touch(struct app *app, struct call *call, const struct item_form *form,
    item_fn *fn) MUST_CHECK;
/* What it has become, from a handler that is in a transaction already. */
enum err item_change_within(struct app *app, struct call *call,
    const struct item_form *form, item_fn *fn) MUST_CHECK;

#endif

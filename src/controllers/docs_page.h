/*
 * docs_page.h - the reference page: the description of the API (openapi.h) as HTML,
 * without scripts.
 *
 * Owner:    the buffer given.
 * Lifetime: the same description and words make the same page.
 * Threads:  one.
 * Failure:  ERR_INTERNAL; sticky in the buffer.
 */
#ifndef TENANTD_CONTROLLERS_DOCS_PAGE_H
#define TENANTD_CONTROLLERS_DOCS_PAGE_H

#include "base/buf.h"
#include "base/ctx.h"
#include "base/str.h"

/* words: of which an operation must say each, in any case of letters, to be on the
 * page;
 * "": all are. Needs some 20 MB of cx->mem. */
enum err docs_page(struct ctx *cx, struct slice description, const char *words,
    struct buf *out) MUST_CHECK;
/* The page of one problem, which has to be there. */
enum err docs_problem_page(struct ctx *cx, struct slice description, enum err code,
    struct buf *out) MUST_CHECK;
/* What Content-Security-Policy is to say of either. */
const char *docs_policy(struct arena *mem);

#endif

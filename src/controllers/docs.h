/*
 * docs.h - the description of the API and the page made of it, as a worker keeps them.
 *
 * Owner:    struct app; app->mem.
 * Lifetime: of the worker, whose settings they follow.
 * Threads:  one.
 * Failure:  none.
 */
#ifndef TENANTD_CONTROLLERS_DOCS_H
#define TENANTD_CONTROLLERS_DOCS_H

#include "base/str.h"
#include "http/response.h"

/* p NULL: nobody asked for it yet. */
struct doc_text {
	struct slice text;
	char etag[RESPONSE_ETAG_SIZE];
};

struct doc_texts {
	struct doc_text description, page;
};

#endif

/* replies.c - see replies.h. */
#include "controllers/replies.h"

#include <assert.h>
#include <stdbool.h>

#include "base/attr.h"
#include "controllers/routes.h"

const struct reply replies[] = {
#define REPLY(h, s, m, t) {#h, (s), MEDIA_##m, REPLY_SCHEMA_##t},
#include "controllers/replies.def"
#undef REPLY
};
const size_t reply_count = COUNT_OF(replies);

const struct query_param query_params[] = {
#define QUERY(h, n, s, text) {#h, (n), (s), (text)},
#include "controllers/queries.def"
#undef QUERY
};
const size_t query_param_count = COUNT_OF(query_params);

/* A handler that is in no row of routes.def is not declared; what has no body has no
 * schema. */
#define IS_HANDLER(h) _Generic((h), handler_fn * : true, default : false)
#define REPLY(h, s, m, t)                                                              \
	static_assert(IS_HANDLER(h) && (s) >= 200 && (s) < 300, #h ": status");        \
	static_assert(                                                                 \
	    MEDIA_##m != MEDIA_NONE || REPLY_SCHEMA_##t == REPLY_SCHEMA_NONE,          \
	    #h ": body and schema");
#include "controllers/replies.def"
#undef REPLY
#define QUERY(h, n, s, text) static_assert(IS_HANDLER(h), #h);
#include "controllers/queries.def"
#undef QUERY

const struct reply_schema_text reply_schema_texts[REPLY_SCHEMA_COUNT] = {
#define REPLY_SCHEMA(name, text) [REPLY_SCHEMA_##name] = {#name, text},
#include "controllers/reply_schemas.def"
#undef REPLY_SCHEMA
};

const char *
media_name(enum media m)
{
	static const char *const names[] = {NULL, "application/json",
	    "application/x-ndjson", "text/csv", "text/plain", "text/html",
	    "text/event-stream"};

	return names[m];
}

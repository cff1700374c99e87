/* replies.c - see replies.h. */
#include "controllers/replies.h"

#include "base/attr.h"

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

/*
 * replies.h - what handlers answer and which query parameters they take, from
 * replies.def and queries.def: for those who describe the routes.
 *
 * A schema may refer to another file's: { "$ref": "webhook.json" }, of the same folder.
 *
 * Owner:    the program text.
 * Lifetime: static.
 * Threads:  any.
 * Failure:  a bad row does not compile.
 */
#ifndef TENANTD_CONTROLLERS_REPLIES_H
#define TENANTD_CONTROLLERS_REPLIES_H

#include <stddef.h>

enum media {
	MEDIA_NONE,
	MEDIA_JSON,
	MEDIA_NDJSON,
	MEDIA_CSV,
	MEDIA_TEXT,
	MEDIA_HTML,
	MEDIA_EVENTS
};

enum reply_schema {
	REPLY_SCHEMA_NONE,
#define REPLY_SCHEMA(name, text) REPLY_SCHEMA_##name,
#include "controllers/reply_schemas.def"
#undef REPLY_SCHEMA
	REPLY_SCHEMA_COUNT
};

struct reply {
	const char *handler;
	int status;
	enum media media;
	enum reply_schema schema;
};

struct query_param {
	const char *handler, *name, *schema, *summary;
};

/* In the order of the files. */
extern const struct reply replies[];
extern const size_t reply_count;
extern const struct query_param query_params[];
extern const size_t query_param_count;

/* A file's name and text; REPLY_SCHEMA_NONE has neither. */
struct reply_schema_text {
	const char *name, *text;
};
extern const struct reply_schema_text reply_schema_texts[REPLY_SCHEMA_COUNT];

/* "application/json", …; NULL for MEDIA_NONE. */
const char *media_name(enum media m);

#endif

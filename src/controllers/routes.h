/*
 * routes.h - the route table, from routes.def.
 *
 * Owner:    the program text.
 * Lifetime: static.
 * Threads:  any.
 * Failure:  a bad row does not compile.
 */
#ifndef TENANTD_CONTROLLERS_ROUTES_H
#define TENANTD_CONTROLLERS_ROUTES_H

#include <stddef.h>

#include "auth/perm.h"
#include "base/err.h"
#include "http/request.h"

struct app;
struct call;

typedef enum err handler_fn(struct app *app, struct call *call);

enum body_kind {
	BODY_UNSET,
	BODY_NONE,
	BODY_OPTIONAL,
	BODY_REQUIRED,
	BODY_FORM,
	BODY_ITEMS
};
enum rate_class { RATE_UNSET, RATE_UNLIMITED, RATE_READ, RATE_WRITE };
enum answer_kind {
	ANSWER_UNSET,
	ANSWER_PLAIN,
	ANSWER_TAGGED,
	ANSWER_ONCE,
	ANSWER_ONCE_SEALED,
	ANSWER_ONCE_PARTS
};

enum schema_id {
	SCHEMA_NONE,
#define SCHEMA(name, text) SCHEMA_##name,
#include "controllers/schemas.def"
#undef SCHEMA
	SCHEMA_COUNT
};

struct route {
	enum http_method method;
	const char *path, *name; /* name: the handler's */
	handler_fn *handler;
	enum perm perm;
	enum body_kind body;
	size_t body_max; /* bytes */
	enum schema_id schema;
	enum rate_class rate;
	enum answer_kind answer;
	const char *summary;
};

/* A handler may stand in several rows: rows have no names, and are counted. */
enum {
/* NOLINTNEXTLINE(bugprone-macro-parentheses): a term of the sum below */
#define ROUTE(m, path, fn, perm, body, max, schema, rate, answer, summary) +1
	ROUTE_COUNT = 0
#include "controllers/routes.def"
#undef ROUTE
};

extern const struct route routes[ROUTE_COUNT];

/* A schema file's name and text; SCHEMA_NONE has neither. */
struct schema_text {
	const char *name, *text;
};
extern const struct schema_text schema_texts[SCHEMA_COUNT];

/* The words of routes.def, for those who print the table. */
const char *body_kind_name(enum body_kind k);
const char *rate_class_name(enum rate_class c);
const char *answer_kind_name(enum answer_kind k);

#define ROUTE(m, path, fn, perm, body, max, schema, rate, answer, summary)             \
	handler_fn fn;
#include "controllers/routes.def"
#undef ROUTE

#endif

/* routes.c - see routes.h. */
#include "controllers/routes.h"

#include <assert.h>

const struct route routes[ROUTE_COUNT] = {
#define ROUTE(m, p, fn, prm, b, max, s, r, a, text)                                    \
	{.method = HTTP_##m,                                                           \
	    .path = (p),                                                               \
	    .name = #fn,                                                               \
	    .handler = (fn),                                                           \
	    .perm = PERM_##prm,                                                        \
	    .body = BODY_##b,                                                          \
	    .body_max = (max),                                                         \
	    .schema = SCHEMA_##s,                                                      \
	    .rate = RATE_##r,                                                          \
	    .answer = ANSWER_##a,                                                      \
	    .summary = (text)},
#include "controllers/routes.def"
#undef ROUTE
};

/* Slips in a row that must not pass: a body without a limit or a schema, either without
 * a body, a GET that has a body or is done once. */
#define ROUTE(m, p, fn, prm, b, max, s, r, a, text)                                    \
	static_assert(                                                                 \
	    (BODY_##b == BODY_NONE) == ((max) == 0), #fn ": body and limit");          \
	static_assert((BODY_##b == BODY_NONE) == (SCHEMA_##s == SCHEMA_NONE),          \
	    #fn ": body and schema");                                                  \
	static_assert(HTTP_##m != HTTP_GET ||                                          \
		(BODY_##b == BODY_NONE && ANSWER_##a < ANSWER_ONCE),                   \
	    #fn ": a GET changes nothing");
#include "controllers/routes.def"
#undef ROUTE

const struct schema_text schema_texts[SCHEMA_COUNT] = {
#define SCHEMA(name, text) [SCHEMA_##name] = {#name, text},
#include "controllers/schemas.def"
#undef SCHEMA
};

const char *
body_kind_name(enum body_kind k)
{
	static const char *const names[] = {
	    "(unset)", "none", "optional", "required", "form", "items"};

	return names[k];
}

const char *
rate_class_name(enum rate_class c)
{
	static const char *const names[] = {"(unset)", "unlimited", "read", "write"};

	return names[c];
}

const char *
answer_kind_name(enum answer_kind k)
{
	static const char *const names[] = {
	    "(unset)", "plain", "tagged", "once", "once-sealed", "once-parts"};

	return names[k];
}

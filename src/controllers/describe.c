/* describe.c - see describe.h. */
#include "controllers/describe.h"

#include <string.h>

#include "base/attr.h"

const struct area areas[AREA_COUNT] = {
#define AREA(sym, title, description) [AREA_##sym] = {(title), (description)},
#define PLACE(prefix, sym)
#include "controllers/areas.def"
#undef AREA
#undef PLACE
};

enum area_id
route_area(const struct route *r)
{
	static const struct {
		const char *prefix;
		enum area_id area;
	} places[] = {
#define AREA(sym, title, description)
#define PLACE(prefix, sym) {(prefix), AREA_##sym},
#include "controllers/areas.def"
#undef AREA
#undef PLACE
	};
	enum area_id best = AREA_OPERATIONS;
	size_t longest = 0;

	for (size_t i = 0; i < COUNT_OF(places); i++) {
		const size_t n = strlen(places[i].prefix);

		if (n > longest && strncmp(r->path, places[i].prefix, n) == 0) {
			longest = n;
			best = places[i].area;
		}
	}
	return best;
}

const struct piece *
piece_find(struct slice name)
{
	static const struct piece pieces[] = {
#define PIECE(name, schema, meaning) {(name), (schema), (meaning)},
#include "controllers/pieces.def"
#undef PIECE
	};

	for (size_t i = 0; i < COUNT_OF(pieces); i++)
		if (slice_eq(name, pieces[i].name))
			return &pieces[i];
	return NULL;
}

bool
piece_next(const char **path, struct slice *name)
{
	const char *open = strchr(*path, '{');
	const char *end = open != NULL ? strchr(open, '}') : NULL;

	if (end == NULL)
		return false;
	*name = (struct slice){open + 1, (size_t)(end - open) - 1};
	*path = end + 1;
	return true;
}

static char
ascii_upper(char c)
{
	return (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
}

static char
ascii_lower(char c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

void
route_put_id(struct buf *out, const struct route *r)
{
	bool fresh = true;

	for (const char *p = http_method_name(r->method); *p != '\0'; p++)
		buf_putc(out, ascii_lower(*p));
	for (const char *p = r->path; *p != '\0'; p++) {
		if (strchr("/-._{}", *p) != NULL) {
			fresh = true;
			if (*p == '{')
				buf_puts(out, "By");
			continue;
		}
		if (fresh)
			buf_putc(out, ascii_upper(*p));
		else
			buf_putc(out, *p);
		fresh = false;
	}
}

/* What a handler may refuse by itself. */
static const struct {
	const char *handler;
	enum err code;
} own[] = {
#define PROBLEM(handler, sym) {#handler, ERR_##sym},
#include "controllers/problems.def"
#undef PROBLEM
};

bool
route_leads_on(const struct route *r)
{
	static const char named[] = "/api/tenants/{tenant}";

	return r->method == HTTP_GET && perm_level(r->perm) == LEVEL_TENANT &&
	    strncmp(r->path, named, sizeof(named) - 1) == 0;
}

bool
route_heeds_match(const struct route *r)
{
	for (size_t i = 0; i < COUNT_OF(own); i++)
		if (own[i].code == ERR_PRECONDITION &&
		    strcmp(own[i].handler, r->name) == 0)
			return true;
	if (r->method != HTTP_PATCH && r->method != HTTP_PUT &&
	    r->method != HTTP_DELETE)
		return false;
	for (int i = 0; i < ROUTE_COUNT; i++)
		if (routes[i].method == HTTP_GET && routes[i].answer == ANSWER_TAGGED &&
		    strcmp(routes[i].path, r->path) == 0)
			return true;
	return false;
}

bool
route_takes_query(const struct route *r, const char *name)
{
	for (size_t i = 0; i < query_param_count; i++)
		if (strcmp(query_params[i].handler, r->name) == 0 &&
		    strcmp(query_params[i].name, name) == 0)
			return true;
	return false;
}

/* -- who may call -- */

const char *
route_level_meaning(enum perm_level l)
{
	static const char *const meanings[LEVEL_COUNT] = {
	    [LEVEL_UNSET] = "Nobody.",
	    [LEVEL_PUBLIC] = "Anyone, without a token.",
	    [LEVEL_MONITOR] =
		"Whoever calls from an address of METRICS_ALLOW, without a token.",
	    [LEVEL_ENROL] =
		"Anyone signed in, also with a token that is good for setting up a "
		"second factor alone.",
	    [LEVEL_SELF] = "Anyone signed in, whatever became of their tenant.",
	    [LEVEL_USER] = "Anyone signed in, unless their tenant is suspended or "
			   "deactivated.",
	    [LEVEL_SUPERUSER] = "Superusers, with a token that was issued here.",
	    [LEVEL_PLATFORM] = "The platform: a token with the scope admin that names "
			       "no tenant, or a superuser.",
	    [LEVEL_TENANT] = "The tenant's owner and admins, its OAuth clients and API "
			     "keys with the scope admin, and the platform.",
	    [LEVEL_VIEWER] = "The platform, of everything; the owner and admins of a "
			     "tenant, of theirs.",
	    [LEVEL_MEMBER] = "Members of the tenant that the token names, and its "
			     "OAuth clients and API keys.",
	    [LEVEL_PARTNER] =
		"Active partners: an API key with the permission, or a token with the "
		"role partner-admin and the permission.",
	};

	return meanings[l];
}

/* -- what may go wrong -- */

static void
add_of_level(enum perm_level level, bool out[static ERR_COUNT])
{
	const bool named = level == LEVEL_MEMBER, tenant = level == LEVEL_TENANT;
	const bool standing =
	    named || tenant || level == LEVEL_USER || level == LEVEL_VIEWER;

	if (level == LEVEL_PUBLIC)
		return;
	out[ERR_FORBIDDEN] = true;
	if (level == LEVEL_MONITOR)
		return;
	out[ERR_UNAUTHORIZED] = true;
	out[ERR_POLICY] = out[ERR_POLICY] || level > LEVEL_ENROL;
	out[ERR_TENANT_SUSPENDED] = out[ERR_TENANT_SUSPENDED] || standing;
	out[ERR_TENANT_INACTIVE] = out[ERR_TENANT_INACTIVE] || standing;
	out[ERR_NO_TENANT_CLAIM] = named;
	out[ERR_STALE_TOKEN] = named;
	out[ERR_NOT_FOUND] = out[ERR_NOT_FOUND] || tenant || level == LEVEL_PARTNER;
	out[ERR_PARTNER_SUSPENDED] = level == LEVEL_PARTNER;
}

static void
add_of_body(const struct route *r, bool out[static ERR_COUNT])
{
	const bool once = r->answer >= ANSWER_ONCE;

	if (r->body != BODY_NONE)
		out[ERR_TOO_LARGE] = out[ERR_MEDIA_TYPE] = true;
	if (once)
		out[ERR_KEY_REUSED] = out[ERR_KEY_IN_FLIGHT] = true;
	if (route_heeds_match(r))
		out[ERR_PRECONDITION] = true;
	if (r->rate == RATE_WRITE && perm_level(r->perm) != LEVEL_PUBLIC)
		out[ERR_CONFLICT] = true;
}

void
route_problems(const struct route *r, bool out[static ERR_COUNT])
{
	memset(out, 0, ERR_COUNT * sizeof(*out));
	for (size_t i = 0; i < COUNT_OF(own); i++)
		if (strcmp(own[i].handler, r->name) == 0)
			out[own[i].code] = true;
	out[ERR_INVALID] = out[ERR_INTERNAL] = true;
	if (r->perm == PERM_PROVISION_CREATE)
		out[ERR_QUOTA] = true;
	if (strchr(r->path, '{') != NULL)
		out[ERR_NOT_FOUND] = true;
	if (r->rate != RATE_UNLIMITED)
		out[ERR_RATE_LIMITED] = out[ERR_UNAVAILABLE] = out[ERR_NOT_MIGRATED] =
		    true;
	add_of_level(perm_level(r->perm), out);
	add_of_body(r, out);
}

const char *
problem_remedy(enum err code)
{
	switch (code) { /* an error without a row is a case that is missing */
#define REMEDY(sym, text)                                                              \
	case ERR_##sym:                                                                \
		return (text);
#include "controllers/remedies.def"
#undef REMEDY
	case ERR_COUNT:
		break;
	}
	return "";
}

/* slug.c - see slug.h. */
#include "tenant/slug.h"

#include <string.h>

#include "base/id.h"
#include "base/str.h"

enum { SLUG_MOST = 63, SUFFIX = 9, TRIES = 8 };

static bool
is_slug_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* Letters and digits of ASCII, with one "-" for whatever stands between them. */
static char *
made_of(struct ctx *cx, const char *name)
{
	char *out = arena_alloc(cx->mem, SLUG_MOST + 1);
	size_t n = 0;

	for (const char *p = name; *p != '\0' && n < SLUG_MOST - SUFFIX; p++) {
		const char c = *p >= 'A' && *p <= 'Z' ? (char)(*p - 'A' + 'a') : *p;

		if (is_slug_char(c))
			out[n++] = c;
		else if (n > 0 && out[n - 1] != '-')
			out[n++] = '-';
	}
	while (n > 0 && out[n - 1] == '-')
		n--;
	out[n] = '\0';
	return out;
}

static enum err
is_taken(struct ctx *cx, struct db *db, const char *slug, bool *taken)
{
	struct db_rows *rows;
	enum err rc = db_query(cx, db, STMT_slug_taken, DB_ARGS(slug), &rows);

	*taken = rc == ERR_OK && db_bool(rows, 0, 0);
	return rc;
}

static enum err
check_wish(struct ctx *cx, const char *slug)
{
	const size_t n = strlen(slug);

	for (size_t i = 0; i < n; i++)
		if (!is_slug_char(slug[i]) &&
		    (slug[i] != '-' || i == 0 || i == n - 1)) {
			ctx_fault(cx, "/slug", "pattern",
			    "may have a-z, 0-9 and, between them, \"-\"");
			return err_tell(&cx->err, ERR_INVALID, "the slug is not valid");
		}
	if (n > 0 && n <= SLUG_MOST)
		return ERR_OK;
	ctx_fault(cx, "/slug", "maxLength", "may have 1 to %d characters", SLUG_MOST);
	return err_tell(&cx->err, ERR_INVALID, "the slug is not valid");
}

enum err
tenant_slug_choose(struct ctx *cx, struct db *db, const char *wished, const char *name,
    const char **out)
{
	const char *base = wished != NULL ? wished : made_of(cx, name);
	char id[UUID_TEXT_SIZE];
	bool taken = true;
	enum err rc = wished != NULL ? check_wish(cx, wished) : ERR_OK;

	if (*base == '\0')
		base = "tenant";
	*out = base;
	for (int i = 0; rc == ERR_OK && taken && i < TRIES; i++) {
		if (i > 0) {
			uuid_text(id, uuid_random());
			*out = arena_printf(cx->mem, "%s-%.8s", base, id);
		}
		rc = is_taken(cx, db, *out, &taken);
		if (rc == ERR_OK && taken && wished != NULL)
			return err_tell(
			    &cx->err, ERR_CONFLICT, "the slug \"%s\" is taken", wished);
	}
	if (rc == ERR_OK && taken)
		rc = err_tell(
		    &cx->err, ERR_CONFLICT, "no slug is left for \"%s\"", base);
	return rc;
}

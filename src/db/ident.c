/* ident.c - names in statements: quoted by libpq, never pasted. */
#include <assert.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "db/call.h"

enum { IDENT_MAX = 63, TEXT_MAX = 64 * 1024 };

/* Which name stands in :"name"; -1: none of the statement's. */
static int
ident_index(const char *list, struct slice name)
{
	struct slice rest = slice_of(list), piece;

	for (int i = 0; slice_next(&rest, ',', &piece); i++)
		if (piece.n == name.n && memcmp(piece.p, name.p, name.n) == 0)
			return i;
	return -1;
}

static enum err
ident_put(struct ctx *cx, struct db *db, struct buf *out, const char *ident)
{
	size_t n = strlen(ident);
	char *quoted;

	/* The server would cut a longer name, and two names could become one. */
	if (n == 0 || n > IDENT_MAX || !utf8_valid(ident, n, true))
		return err_set(&cx->err, ERR_INTERNAL,
		    "a name for a database object must have 1 to %d bytes of UTF-8",
		    IDENT_MAX);
	quoted = PQescapeIdentifier(db->pg, ident, n);
	if (quoted == NULL)
		return err_set(&cx->err, ERR_INTERNAL, "cannot quote a name");
	buf_puts(out, quoted);
	PQfreemem(quoted);
	return ERR_OK;
}

const char *
call_quote_idents(
    struct ctx *cx, struct db *db, enum stmt_id id, const char *const *idents)
{
	const char *p = stmts[id].text, *colon, *end;
	struct buf out;

	buf_init(&out, cx->mem, TEXT_MAX);
	for (; (colon = strstr(p, ":\"")) != NULL; p = end + 1) {
		int i;

		if (colon > stmts[id].text && colon[-1] == ':') { /* a cast: ::"type" */
			end = colon;
			buf_put(&out, p, (size_t)(colon + 1 - p));
			continue;
		}
		end = strchr(colon + 2, '"');
		assert(end != NULL);
		i = ident_index(stmts[id].idents,
		    (struct slice){colon + 2, (size_t)(end - colon - 2)});
		assert(i >= 0);
		buf_put(&out, p, (size_t)(colon - p));
		if (ident_put(cx, db, &out, idents[i]) != ERR_OK)
			return NULL;
	}
	buf_puts(&out, p);
	if (out.failed) {
		(void)err_set(
		    &cx->err, ERR_INTERNAL, "statement %s is too long", stmts[id].name);
		return NULL;
	}
	return buf_text(&out);
}

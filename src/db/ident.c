/* ident.c - names and texts in statements: quoted by libpq, never pasted. */
#include <assert.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "db/call.h"

enum { IDENT_MAX = 63, TEXT_MAX = 64 * 1024 };

/* Which one stands in :"name" or :'name'; -1: none of the statement's. */
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

static enum err
literal_put(struct ctx *cx, struct db *db, struct buf *out, const char *text)
{
	char *quoted = NULL;

	if (utf8_valid(text, strlen(text), true))
		quoted = PQescapeLiteral(db->pg, text, strlen(text));
	if (quoted == NULL)
		return err_set(&cx->err, ERR_INTERNAL, "cannot quote a text");
	buf_puts(out, quoted);
	explicit_bzero(quoted, strlen(quoted));
	PQfreemem(quoted);
	return ERR_OK;
}

/* The next :"name" or :'name'; a cast, as in ::"type", is none. */
static const char *
place_find(const char *p)
{
	const char *colon = p;

	for (; (colon = strchr(colon, ':')) != NULL; colon++) {
		if (colon[1] == ':')
			colon++;
		else if (colon[1] == '"' || colon[1] == '\'')
			return colon;
	}
	return NULL;
}

const char *
call_quote_idents(
    struct ctx *cx, struct db *db, enum stmt_id id, const char *const *idents)
{
	const char *p = stmts[id].text, *colon, *end;
	enum err rc = ERR_OK;
	struct buf out;

	buf_init(&out, cx->mem, TEXT_MAX);
	for (; rc == ERR_OK && (colon = place_find(p)) != NULL; p = end + 1) {
		int i;

		end = strchr(colon + 2, colon[1]);
		assert(end != NULL);
		i = ident_index(stmts[id].idents,
		    (struct slice){colon + 2, (size_t)(end - colon - 2)});
		assert(i >= 0);
		buf_put(&out, p, (size_t)(colon - p));
		rc = colon[1] == '"' ? ident_put(cx, db, &out, idents[i])
				     : literal_put(cx, db, &out, idents[i]);
	}
	if (rc != ERR_OK)
		return NULL;
	buf_puts(&out, p);
	if (out.failed) {
		(void)err_set(
		    &cx->err, ERR_INTERNAL, "statement %s is too long", stmts[id].name);
		return NULL;
	}
	return buf_text(&out);
}

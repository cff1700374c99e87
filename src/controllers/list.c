/* list.c - see list.h. */
#include "controllers/list.h"

#include <string.h>

#include "crypto/base64.h"

enum { LINK_MAX = 16 * 1024 };

const char *
list_filter(struct call *call, const char *name)
{
	const char *value = request_query(call->cx.mem, &call->rq, name);

	return str_is_set(value) ? value : NULL;
}

enum err
list_read_limit(struct call *call, int *out)
{
	const char *text = list_filter(call, "limit");
	int64_t limit = LIST_LIMIT_DEFAULT;

	if (text != NULL && !str_to_i64(slice_of(text), 1, LIST_LIMIT_MOST, &limit)) {
		ctx_fault(&call->cx, "/limit", "range", "must be a number from 1 to %d",
		    LIST_LIMIT_MOST);
		return err_tell(&call->cx.err, ERR_INVALID,
		    "limit must be a number from 1 to %d", LIST_LIMIT_MOST);
	}
	*out = (int)limit;
	return ERR_OK;
}

static enum err
no_cursor(struct call *call, const char *name)
{
	ctx_fault(&call->cx, arena_printf(call->cx.mem, "/%s", name), "format",
	    "is no cursor of this list");
	return err_tell(
	    &call->cx.err, ERR_INVALID, "the cursor is none that this list gave");
}

enum err
list_read_cursor(struct call *call, const char *name, const char **out)
{
	const char *text = list_filter(call, name);
	struct slice value;

	*out = NULL;
	if (text == NULL)
		return ERR_OK;
	if (strlen(text) > LIST_CURSOR_MAX ||
	    !base64url_decode_dup(call->cx.mem, slice_of(text), &value) ||
	    !utf8_valid(value.p, value.n, true))
		return no_cursor(call, name);
	*out = value.p;
	return ERR_OK;
}

enum err
list_read(struct call *call, struct list_query *out)
{
	enum err rc = list_read_limit(call, &out->limit);

	out->cursor = NULL;
	return rc == ERR_OK ? list_read_cursor(call, "cursor", &out->cursor) : rc;
}

enum err
list_read_number(struct call *call, struct list_query *out, int64_t *cursor)
{
	enum err rc = list_read(call, out);

	*cursor = 0;
	if (rc == ERR_OK && out->cursor != NULL &&
	    !str_to_i64(slice_of(out->cursor), 1, INT64_MAX, cursor))
		rc = no_cursor(call, "cursor");
	return rc;
}

void
list_open(struct call *call, struct json_out *o)
{
	json_out_init(o, &call->rs->body);
	json_open_object(o);
	json_name(o, "items");
	json_open_array(o);
}

/* The same list from another cursor. */
static void
put_link(struct call *call, const char *name, const char *cursor)
{
	const size_t n = strlen(name);
	const char *target = call->rq.target;
	struct slice rest = slice_of(call->rq.query), piece;
	char mark = '?';
	struct buf b;

	buf_init(&b, call->cx.mem, LINK_MAX);
	buf_putc(&b, '<');
	buf_put(&b, target, strcspn(target, "?"));
	while (slice_next(&rest, '&', &piece)) {
		if (piece.n == 0 ||
		    (piece.n > n && memcmp(piece.p, name, n) == 0 && piece.p[n] == '='))
			continue;
		buf_putc(&b, mark);
		buf_put(&b, piece.p, piece.n);
		mark = '&';
	}
	buf_printf(&b, "%c%s=%s>; rel=\"next\"", mark, name, cursor);
	response_header(call->rs, "Link", buf_text(&b));
}

static const char *
cursor_of(struct call *call, const char *next)
{
	return base64url_encode_dup(call->cx.mem, next, strlen(next));
}

void
list_link(struct call *call, const char *next)
{
	put_link(call, "cursor", cursor_of(call, next));
}

void
list_close_as(struct call *call, struct json_out *o, const char *name, const char *next)
{
	const char *cursor = next != NULL ? cursor_of(call, next) : NULL;

	json_close_array(o);
	json_member_text(o, "next_cursor", cursor);
	json_close_object(o);
	if (cursor != NULL)
		put_link(call, name, cursor);
}

void
list_close(struct call *call, struct json_out *o, const char *next)
{
	list_close_as(call, o, "cursor", next);
}

static const char *
key_of(struct ctx *cx, const struct list_form *form, const char *row)
{
	char text[STR_I64_SIZE];
	const char *key;
	int64_t number;

	if (!form->numbered) {
		memcpy(&key, row + form->key, sizeof(key));
		return key;
	}
	memcpy(&number, row + form->key, sizeof(number));
	return arena_strdup(cx->mem, str_from_i64(text, number));
}

void
list_put(struct call *call, const struct list_query *q, const struct list_form *form,
    const void *rows, int count)
{
	const bool more = count > q->limit;
	const int shown = more ? q->limit : count;
	const char *row = rows, *next = NULL;
	struct json_out o;

	list_open(call, &o);
	for (int i = 0; i < shown; i++, row += form->size)
		form->put(&o, row);
	if (more)
		next = key_of(&call->cx, form, row - form->size);
	list_close(call, &o, next);
}

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

static enum err
read_limit(struct call *call, struct list_query *out)
{
	const char *text = list_filter(call, "limit");
	int64_t limit = LIST_LIMIT_DEFAULT;

	if (text != NULL && !str_to_i64(slice_of(text), 1, LIST_LIMIT_MOST, &limit)) {
		ctx_fault(&call->cx, "/limit", "range", "must be a number from 1 to %d",
		    LIST_LIMIT_MOST);
		return err_tell(&call->cx.err, ERR_INVALID,
		    "limit must be a number from 1 to %d", LIST_LIMIT_MOST);
	}
	out->limit = (int)limit;
	return ERR_OK;
}

static enum err
no_cursor(struct call *call)
{
	ctx_fault(&call->cx, "/cursor", "format", "is no cursor of this list");
	return err_tell(
	    &call->cx.err, ERR_INVALID, "the cursor is none that this list gave");
}

enum err
list_read(struct call *call, struct list_query *out)
{
	const char *text = list_filter(call, "cursor");
	struct slice value;
	enum err rc = read_limit(call, out);

	out->cursor = NULL;
	if (rc != ERR_OK || text == NULL)
		return rc;
	if (strlen(text) > LIST_CURSOR_MAX ||
	    !base64url_decode_dup(call->cx.mem, slice_of(text), &value) ||
	    !utf8_valid(value.p, value.n, true))
		return no_cursor(call);
	out->cursor = value.p;
	return ERR_OK;
}

enum err
list_read_number(struct call *call, struct list_query *out, int64_t *cursor)
{
	enum err rc = list_read(call, out);

	*cursor = 0;
	if (rc == ERR_OK && out->cursor != NULL &&
	    !str_to_i64(slice_of(out->cursor), 1, INT64_MAX, cursor))
		rc = no_cursor(call);
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

void
list_link(struct call *call, const char *next)
{
	const char *cursor = base64url_encode_dup(call->cx.mem, next, strlen(next));
	const char *target = call->rq.target;
	struct slice rest = slice_of(call->rq.query), piece;
	char mark = '?';
	struct buf b;

	buf_init(&b, call->cx.mem, LINK_MAX);
	buf_putc(&b, '<');
	buf_put(&b, target, strcspn(target, "?"));
	while (slice_next(&rest, '&', &piece)) {
		if (piece.n == 0 ||
		    (piece.n >= 7 && memcmp(piece.p, "cursor=", 7) == 0))
			continue;
		buf_putc(&b, mark);
		buf_put(&b, piece.p, piece.n);
		mark = '&';
	}
	buf_printf(&b, "%ccursor=%s>; rel=\"next\"", mark, cursor);
	response_header(call->rs, "Link", buf_text(&b));
}

void
list_close(struct call *call, struct json_out *o, const char *next)
{
	json_close_array(o);
	json_member_text(o, "next_cursor",
	    next != NULL ? base64url_encode_dup(call->cx.mem, next, strlen(next))
			 : NULL);
	json_close_object(o);
	if (next != NULL)
		list_link(call, next);
}

/* notifications.c - the routes about a tenant's notifications. */
#include <string.h>

#include "controllers/list.h"
#include "notify/notification.h"

static void
put_notification(struct json_out *o, const void *row)
{
	const struct notification *n = row;

	json_open_object(o);
	json_member_i64(o, "id", n->id);
	json_member_i64(o, "sequence", n->seq);
	json_member_text(o, "kind", n->kind);
	json_member_text(o, "severity", n->severity);
	json_member_text(o, "title", n->title);
	json_member_raw(o, "body", n->body);
	json_member_bool(o, "read", n->read_at != NULL);
	json_member_text(o, "readAt", n->read_at);
	json_member_text(o, "readBy", n->read_by);
	json_member_text(o, "createdAt", n->created_at);
	json_close_object(o);
}

static const struct list_form form = {.size = sizeof(struct notification),
    .key = offsetof(struct notification, id),
    .numbered = true,
    .put = put_notification};

static enum err
read_unread(struct call *call, bool *out)
{
	const char *text = list_filter(call, "unread");

	*out = text != NULL && strcmp(text, "true") == 0;
	if (text == NULL || *out || strcmp(text, "false") == 0)
		return ERR_OK;
	ctx_fault(&call->cx, "/unread", "enum", "must be true or false");
	return err_tell(&call->cx.err, ERR_INVALID, "unread must be true or false");
}

enum err
notification_list_get(struct app *app, struct call *call)
{
	struct notification_query q = {.tenant_id = call->tenant_id};
	struct notification *found;
	struct list_query page;
	int count;
	enum err rc = list_read_number(call, &page, &q.before);

	q.limit = page.limit + 1;
	if (rc == ERR_OK)
		rc = read_unread(call, &q.unread);
	if (rc == ERR_OK)
		rc = notifications_list(&call->cx, app->db, &q, &found, &count);
	if (rc == ERR_OK)
		list_put(call, &page, &form, found, count);
	return rc;
}

enum err
notification_patch(struct app *app, struct call *call)
{
	struct notification_mark mark = {.tenant_id = call->tenant_id,
	    .read = json_bool(json_get(call->body, "read"))};
	struct notification n = {0};
	struct json_out o;
	enum err rc;

	if (!str_to_i64(call->params[1], 1, INT64_MAX, &mark.id))
		return err_tell(
		    &call->cx.err, ERR_NOT_FOUND, "there is no such notification");
	rc = notification_set(&call->cx, app->db, &mark, &n);
	if (rc != ERR_OK)
		return rc;
	json_out_init(&o, &call->rs->body);
	put_notification(&o, &n);
	return ERR_OK;
}

enum err
notification_read_all_post(struct app *app, struct call *call)
{
	struct json_out o;
	int64_t count;
	enum err rc =
	    notifications_read_all(&call->cx, app->db, call->tenant_id, &count);

	if (rc != ERR_OK)
		return rc;
	json_out_init(&o, &call->rs->body);
	json_open_object(&o);
	json_member_i64(&o, "read", count);
	json_close_object(&o);
	return ERR_OK;
}

/* outbox.c - see outbox.h. */
#include "mail/outbox.h"

#include <string.h>

#include "base/buf.h"
#include "base/id.h"
#include "crypto/secret.h"
#include "jobs/job.h"
#include "mail/mail.h"

enum { PAYLOAD_MAX = 64 * 1024 };

/* What a sealed view is bound to: a mail to this address. */
static struct slice
associated_with(struct ctx *cx, const char *to)
{
	return slice_of(arena_printf(cx->mem, "mail.send|%s", to != NULL ? to : ""));
}

static const char *
payload_of(struct ctx *cx, const struct outbox_mail *m, const char *sealed)
{
	struct json_out o;
	struct buf b;

	buf_init(&b, cx->mem, PAYLOAD_MAX);
	json_out_init(&o, &b);
	json_open_object(&o);
	if (m->to == NULL) {
		json_member_bool(&o, "void", true);
	} else {
		json_member_text(&o, "template", m->template);
		json_member_text(&o, "to", m->to);
	}
	if (m->to != NULL && m->to_name != NULL)
		json_member_text(&o, "toName", m->to_name);
	if (m->to != NULL && m->tenant_id != NULL)
		json_member_text(&o, "tenantId", m->tenant_id);
	json_member_text(&o, "sealedView", sealed);
	json_close_object(&o);
	return buf_text(&b);
}

enum err
outbox_put(struct ctx *cx, struct db *db, const struct seal_keys *keys,
    const struct outbox_mail *m)
{
	char lane[UUID_TEXT_SIZE];
	const char *sealed;
	enum err rc =
	    seal_make(cx, keys, slice_of(m->view), associated_with(cx, m->to), &sealed);

	if (rc != ERR_OK)
		return rc;
	uuid_text(lane, uuid_random()); /* of its own: no mail waits for another */
	return job_append(cx, db,
	    &(struct job_draft){.kind = JOB_MAIL_SEND,
		.tenant_id = m->tenant_id,
		.payload = payload_of(cx, m, sealed),
		.lane = lane,
		.pool = job_kind_name(JOB_MAIL_SEND),
		.pool_most = JOB_MAILS_AT_ONCE});
}

enum err
outbox_open_view(struct ctx *cx, const struct seal_keys *keys,
    const struct json *payload, const struct json **view)
{
	const char *sealed = json_get_text(payload, "sealedView");
	const struct slice aad = associated_with(cx, json_get_text(payload, "to"));
	struct slice text;
	enum err rc;

	*view = NULL;
	if (sealed == NULL)
		return ERR_OK;
	rc = seal_open(cx, keys, sealed, aad, &text);
	if (rc != ERR_OK)
		return rc;
	rc = json_parse(cx, text.p, text.n, JSON_DEPTH_DEFAULT, view);
	secret_cleanse((void *)(uintptr_t)text.p, text.n);
	return rc;
}

enum err
outbox_check_address(struct ctx *cx, const char *pointer, const char *address)
{
	const char *ascii;
	enum err rc = mail_address_to_ascii(cx, cx->mem, address, &ascii);

	if (rc == ERR_INVALID)
		ctx_fault(cx, pointer, "format", "is no address that mail goes to");
	return rc;
}

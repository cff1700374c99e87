/*
 * mail.c - a mail is made and handed to the operator's mail server.
 *
 *   payload      {"template", "to", "toName"?, "view"? or "sealedView"?, "tenantId"?}:
 *                the tenant whose own texts are used; {"void": true, …} is no mail
 *   first step   makes the mail, asks for the transfer
 *   second step  judges what the server said
 *
 * A server that took the mail without our hearing of it gets it again, with the same
 * Message-ID and all else.
 */
#include "mail/mail.h"

#include <string.h>

#include "base/log.h"
#include "mail/outbox.h"
#include "mail/own.h"
#include "quota/usage.h"
#include "work/work.h"

enum { REPLY_MAX = 4 * 1024 };

/* -- first step -- */

/* Wrong is what was queued, or what a tenant wrote: it stays so. */
static bool
is_given_up(enum err rc)
{
	return rc == ERR_INVALID || rc == ERR_NOT_FOUND;
}

static enum err
find_own(struct work *w, struct work_item *it, const struct mail_draft *d,
    struct mail_own *own)
{
	const struct mail_place place = {.of = mail_template_find(d->template),
	    .tenant_id = json_get_text(it->payload, "tenantId")};

	*own = (struct mail_own){0};
	if (place.tenant_id == NULL || place.of == NULL || !place.of->tenants)
		return ERR_OK;
	return mail_own_find(&it->cx, w->db, &place, own);
}

/* A tenant's texts may turn out to be wrong for this view: then ours do. */
static enum err
compose(struct work *w, struct work_item *it, struct mail_message *out)
{
	struct ctx *cx = &it->cx;
	struct mail_settings settings;
	struct mail_draft d = {.template = json_get_text(it->payload, "template"),
	    .to = json_get_text(it->payload, "to"),
	    .to_name = json_get_text(it->payload, "toName"),
	    .id = arena_printf(cx->mem, "tenantd.%lld.%lld", (long long)it->job.id,
		(long long)it->job.created_ms),
	    .now_s = it->job.created_ms / 1000};
	struct mail_own own;
	enum err rc = mail_settings_init(cx, cx->mem, w->conf, &settings);

	if (rc == ERR_OK && (d.template == NULL || d.to == NULL))
		rc = err_tell(
		    &cx->err, ERR_INVALID, "the job names no mail, or no address");
	if (rc == ERR_OK)
		rc = outbox_open_view(cx, w->keys, it->payload, &d.view);
	if (rc == ERR_OK && d.view == NULL)
		d.view = json_get(it->payload, "view");
	if (rc == ERR_OK)
		rc = find_own(w, it, &d, &own);
	if (rc != ERR_OK)
		return rc;
	d.own = own.texts;
	rc = mail_compose(cx, &settings, &d, out);
	if (rc != ERR_INVALID || own.version == 0)
		return rc;
	log_error(LOG_WARNING, cx, "mail-own-texts-wrong");
	ctx_clear(cx);
	d.own = (struct mail_texts){{NULL}};
	return mail_compose(cx, &settings, &d, out);
}

static enum transfer_tls
tls_of(const struct conf *c)
{
	if (strncmp(c->smtp_url, "smtps:", 6) == 0)
		return TRANSFER_TLS_AT_ONCE;
	return strcmp(c->smtp_tls, "off") == 0 ? TRANSFER_TLS_OFF
					       : TRANSFER_TLS_STARTTLS;
}

static void
ask(const struct conf *c, struct work_item *it, const struct mail_message *m)
{
	struct transfer_mail *mail = arena_alloc(it->cx.mem, sizeof(*mail));
	const char **recipients = arena_alloc(it->cx.mem, 2 * sizeof(*recipients));

	recipients[0] = m->to;
	*mail = (struct transfer_mail){.from = m->from,
	    .recipients = recipients,
	    .tls = tls_of(c),
	    .user = str_is_set(c->smtp_user) ? c->smtp_user : NULL,
	    .password = str_is_set(c->smtp_user) ? c->smtp_password : NULL};
	it->ask = (struct transfer_request){.url = c->smtp_url,
	    .body = m->text,
	    .timeout_ms = c->smtp_timeout,
	    .reply_max = REPLY_MAX,
	    .reach = TRANSFER_TO_OPERATORS,
	    .ca_file = str_is_set(c->smtp_ca_file) ? c->smtp_ca_file : NULL,
	    .mail = mail};
}

static enum err
begin(struct work *w, struct work_item *it, enum work_verdict *verdict)
{
	struct mail_message message;
	enum err rc;

	*verdict = WORK_DONE;
	if (json_has(it->payload, "void"))
		return ERR_OK;
	if (!str_is_set(w->conf->smtp_url)) {
		log_event(LOG_INFO, &it->cx, "mail-not-sent", "job=%lld",
		    (long long)it->job.id);
		return ERR_OK;
	}
	rc = compose(w, it, &message);
	if (is_given_up(rc)) {
		it->why = arena_strdup(it->cx.mem, err_public(&it->cx.err));
		ctx_clear(&it->cx);
		*verdict = WORK_DEAD;
		return ERR_OK;
	}
	if (rc != ERR_OK)
		return rc;
	ask(w->conf, it, &message);
	*verdict = WORK_ASK;
	return ERR_OK;
}

/* -- second step -- */

/* What is wrong is how we sign in (RFC 4954, 6), which is the operator's to mend. */
static bool
is_about_us(int status)
{
	return status == 530 || status == 534 || status == 535 || status == 538;
}

static enum work_verdict
judge(struct work_item *it)
{
	const struct transfer_reply *r = it->reply;

	if (r->answered && r->status >= 200 && r->status < 300)
		return WORK_DONE;
	it->why = r->reason != NULL
	    ? r->reason
	    : arena_printf(it->cx.mem, "the mail server answered %d", r->status);
	if (r->refused || (r->answered && r->status >= 500 && !is_about_us(r->status)))
		return WORK_DEAD;
	return WORK_RETRY;
}

/* With the job's end: each mail is counted once. */
static enum err
meter(struct work *w, struct work_item *it)
{
	const char *tenant_id = json_get_text(it->payload, "tenantId");

	return tenant_id != NULL ? usage_add(&it->cx, w->db, tenant_id, QUOTA_MAILS, 1)
				 : ERR_OK;
}

enum err
mail_send(struct work *w, struct work_item *it, enum work_verdict *verdict)
{
	if (it->reply == NULL)
		return begin(w, it, verdict);
	*verdict = judge(it);
	return *verdict == WORK_DONE ? meter(w, it) : ERR_OK;
}

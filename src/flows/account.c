/* account.c - see account.h. */
#include "flows/account.h"

#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "crypto/secret.h"
#include "flows/admit.h"
#include "mail/outbox.h"

enum { VIEW_MAX = 16 * 1024, DETAILS_MAX = 4 * 1024 };

static enum err
needs(struct ctx *cx, const char *value, const char *setting)
{
	if (str_is_set(value))
		return ERR_OK;
	return err_tell(&cx->err, ERR_UNAVAILABLE,
	    "this needs a mail to be sent, and %s is not set: it has to be set in the "
	    "configuration",
	    setting);
}

enum err
account_check_mail(struct ctx *cx, const struct account_site *s)
{
	enum err rc = needs(cx, s->conf->smtp_url, "SMTP_URL");

	if (rc == ERR_OK)
		rc = needs(cx, s->conf->mail_from, "MAIL_FROM");
	if (rc == ERR_OK)
		rc = needs(cx, s->conf->account_url, "ACCOUNT_URL");
	return rc;
}

/* Secrets are made of characters that stand for themselves in a query (RFC 3986). */
const char *
account_link(
    struct ctx *cx, const struct account_site *s, const char *page, const char *secret)
{
	const char *base = s->conf->account_url;
	size_t n = strlen(base);

	while (n > 0 && base[n - 1] == '/')
		n--;
	return arena_printf(cx->mem, "%.*s/%s?token=%s", (int)n, base, page, secret);
}

/* -- mails -- */

static void
begin_view(struct ctx *cx, struct buf *b, struct json_out *o)
{
	buf_init(b, cx->mem, VIEW_MAX);
	json_out_init(o, b);
	json_open_object(o);
}

static void
put_user(struct json_out *o, const char *email, const char *name)
{
	json_name(o, "user");
	json_open_object(o);
	json_member_text(o, "email", email != NULL ? email : "");
	if (name != NULL)
		json_member_text(o, "name", name);
	json_close_object(o);
}

enum err
account_write(
    struct ctx *cx, const struct account_site *s, const struct account_letter *l)
{
	struct json_out o;
	struct buf b;
	enum err rc;

	begin_view(cx, &b, &o);
	put_user(&o, l->email, l->name);
	json_member_text(&o, "actionUrl", account_link(cx, s, l->page, l->secret));
	json_member_text(&o, "expiresIn", l->expires_in);
	json_close_object(&o);
	rc = outbox_put(cx, s->db, s->keys,
	    &(struct outbox_mail){.template = l->template,
		.to = l->email,
		.to_name = l->name,
		.view = buf_text(&b)});
	secret_cleanse(b.p, b.n);
	return rc;
}

enum err
account_warn(
    struct ctx *cx, const struct account_site *s, const struct account_warning *w)
{
	char now[CLOCK_TEXT_SIZE];
	struct json_out o;
	struct buf b;

	if (!str_is_set(s->conf->smtp_url) || !str_is_set(s->conf->mail_from))
		return ERR_OK;
	clock_text(now, clock_wall_ms());
	begin_view(cx, &b, &o);
	put_user(&o, w->email, w->name);
	json_member_text(&o, "event", w->event);
	json_member_text(&o, "time",
	    arena_printf(cx->mem, "%.10s %.5s UTC", now, now + strlen("2025-02-10T")));
	json_member_text(&o, "address", s->address);
	json_member_text(&o, "details", w->details);
	json_close_object(&o);
	return outbox_put(cx, s->db, s->keys,
	    &(struct outbox_mail){.template = "security_alert",
		.to = w->email,
		.to_name = w->name,
		.view = buf_text(&b)});
}

enum err
account_write_down(struct ctx *cx, const struct account_site *s, const char *event)
{
	struct json_out o;
	struct buf b;

	buf_init(&b, cx->mem, DETAILS_MAX);
	json_out_init(&o, &b);
	json_open_object(&o);
	json_member_text(&o, "user_id", cx->actor);
	json_close_object(&o);
	return audit_append(cx, s->audit, s->db,
	    &(struct audit_entry){.event = event,
		.severity = AUDIT_MEDIUM,
		.actor = cx->actor,
		.address = s->address,
		.details = buf_text(&b)});
}

/* -- the policy -- */

struct holding {
	const struct user *user;
	struct admission would; /* if they signed in */
};

static enum err
read_policy(struct ctx *cx, struct db *db, void *arg)
{
	struct holding *h = arg;

	return admit_read(cx, db, h->user, NULL, &h->would);
}

enum err
account_policy(struct ctx *cx, const struct account_site *s, const struct user *u,
    struct policy *out)
{
	struct holding h = {.user = u};
	enum err rc = db_transaction(cx, s->db, DB_MANAGEMENT, read_policy, &h);

	*out = h.would.policy;
	return rc;
}

/* joining.c - see joining.h. */
#include "flows/joining.h"

#include <string.h>

#include "base/buf.h"
#include "crypto/opaque.h"
#include "crypto/secret.h"
#include "mail/outbox.h"
#include "people/mail_limit.h"
#include "quota/quota.h"
#include "tenant/tenant.h"

enum { TEXT_MAX = 16 * 1024 };

enum err
joining_tell(struct ctx *cx, const struct account_site *s,
    const struct joining_news *news, const struct invitation *i)
{
	struct json_out o;
	struct buf b;
	enum err rc = ERR_OK;

	buf_init(&b, cx->mem, TEXT_MAX);
	json_out_init(&o, &b);
	invitation_put(&o, "invitationId", i);
	if (news->kind != EVENT_UNSET)
		rc = event_append(cx, s->db,
		    &(struct event){.kind = news->kind,
			.tenant_id = i->tenant_id,
			.payload = buf_text(&b)});
	if (rc != ERR_OK)
		return rc;
	return audit_append(cx, s->audit, s->db,
	    &(struct audit_entry){.event = news->audit_event,
		.severity = AUDIT_MEDIUM,
		.actor = cx->actor,
		.tenant_id = i->tenant_id,
		.address = s->address,
		.details = buf_text(&b)});
}

/* -- those who invite -- */

static void
put_name(struct json_out *o, const char *of, const char *name)
{
	if (name == NULL)
		return;
	json_name(o, of);
	json_open_object(o);
	json_member_text(o, "name", name);
	json_close_object(o);
}

static enum err
post(struct ctx *cx, const struct account_site *s, const struct invitation *i,
    const struct invitation_setting *setting, const char *secret)
{
	struct json_out o;
	struct buf b;
	enum err rc;

	buf_init(&b, cx->mem, TEXT_MAX);
	json_out_init(&o, &b);
	json_open_object(&o);
	put_name(&o, "tenant", setting->tenant_name);
	put_name(&o, "inviter", setting->inviter);
	json_member_text(&o, "role", i->role);
	json_member_text(
	    &o, "actionUrl", account_link(cx, s, "accept-invitation", secret));
	json_member_text(&o, "expiresIn", "7 days");
	json_close_object(&o);
	rc = outbox_put(cx, s->db, s->keys,
	    &(struct outbox_mail){.template = "invitation",
		.to = i->email,
		.tenant_id = i->tenant_id,
		.view = buf_text(&b)});
	secret_cleanse(b.p, b.n);
	return rc;
}

static enum err
check_mails(struct ctx *cx, const struct account_site *s, const char *email)
{
	const struct mail_limit limit = {MAIL_LIMIT_INVITATION, email, s->address};
	bool allowed;
	enum err rc = mail_limit_take(cx, s->db, &limit, &allowed);

	if (rc != ERR_OK || allowed)
		return rc;
	rc = err_tell(&cx->err, ERR_RATE_LIMITED,
	    "this address was sent as many invitations within the last hour as it may "
	    "be: try again later");
	cx->err.retry_after = MAIL_LIMIT_S;
	return rc;
}

static enum err
check_setting(struct ctx *cx, const struct invitation_setting *setting)
{
	if (setting->member)
		return err_tell(&cx->err, ERR_CONFLICT,
		    "the address is that of a member of the tenant already");
	if (setting->pending)
		return err_tell(&cx->err, ERR_CONFLICT,
		    "the address has an invitation already: have it sent again, or "
		    "revoke it first");
	return tenant_check_usable(cx, setting->tenant_status);
}

static enum err
invite(struct ctx *cx, const struct account_site *s, struct invitation *i,
    const struct invitation_setting *setting, bool by_mail)
{
	static const struct joining_news created = {
	    EVENT_INVITATION_CREATED, "INVITATION_CREATED"};
	struct opaque secret;
	enum err rc = opaque_make(cx, OPAQUE_INVITATION, &secret);

	if (rc != ERR_OK)
		return rc;
	rc = invitation_create(cx, s->db, secret.digest, i);
	if (rc == ERR_OK && by_mail)
		rc = post(cx, s, i, setting, secret.text);
	secret_cleanse(secret.text, strlen(secret.text));
	return rc == ERR_OK ? joining_tell(cx, s, &created, i) : rc;
}

enum err
joining_invite(struct ctx *cx, const struct account_site *s, struct invitation *i)
{
	struct invitation_setting setting;
	enum err rc = outbox_check_address(cx, "/email", i->email);

	if (rc == ERR_OK)
		rc = invitation_look(cx, s->db, i->tenant_id, i->email, &setting);
	if (rc == ERR_OK)
		rc = check_setting(cx, &setting);
	if (rc == ERR_OK)
		rc = quota_reserve(cx, s->db, i->tenant_id, QUOTA_INVITATIONS, 1);
	if (rc == ERR_OK)
		rc = check_mails(cx, s, i->email);
	return rc == ERR_OK ? invite(cx, s, i, &setting, true) : rc;
}

enum err
joining_invite_first(struct ctx *cx, const struct account_site *s, struct invitation *i)
{
	struct invitation_setting setting = {0};
	bool by_mail;
	enum err rc = outbox_check_address(cx, "/adminEmail", i->email);

	if (rc == ERR_OK)
		rc = invitation_look(cx, s->db, i->tenant_id, i->email, &setting);
	if (rc != ERR_OK || setting.member)
		return rc;
	rc = account_check_mail(cx, s);
	by_mail = rc == ERR_OK;
	ctx_clear(cx);
	return invite(cx, s, i, &setting, by_mail);
}

static enum err
refuse_ended(struct ctx *cx, const struct invitation *i)
{
	if (i->accepted_at != NULL)
		return err_tell(
		    &cx->err, ERR_CONFLICT, "the invitation was accepted already");
	return err_tell(&cx->err, ERR_CONFLICT,
	    "the invitation was revoked, or there was another later: make a new one");
}

enum err
joining_resend(struct ctx *cx, const struct account_site *s, struct invitation *i)
{
	static const struct joining_news sent_again = {
	    EVENT_UNSET, "INVITATION_SENT_AGAIN"};
	struct invitation_setting setting;
	struct opaque secret;
	enum err rc = i->accepted_at != NULL || i->revoked_at != NULL
	    ? refuse_ended(cx, i)
	    : invitation_look(cx, s->db, i->tenant_id, i->email, &setting);

	if (rc == ERR_OK)
		rc = tenant_check_usable(cx, setting.tenant_status);
	if (rc == ERR_OK && strcmp(i->status, INVITATION_PENDING) != 0)
		rc = quota_reserve(cx, s->db, i->tenant_id, QUOTA_INVITATIONS, 1);
	if (rc == ERR_OK)
		rc = check_mails(cx, s, i->email);
	if (rc == ERR_OK)
		rc = opaque_make(cx, OPAQUE_INVITATION, &secret);
	if (rc != ERR_OK)
		return rc;
	rc = invitation_renew(cx, s->db, secret.digest, i);
	if (rc == ERR_OK)
		rc = post(cx, s, i, &setting, secret.text);
	secret_cleanse(secret.text, strlen(secret.text));
	return rc == ERR_OK ? joining_tell(cx, s, &sent_again, i) : rc;
}

/* One that was revoked before stays so: there is nothing to tell. */
enum err
joining_revoke(struct ctx *cx, const struct account_site *s, struct invitation *i)
{
	static const struct joining_news revoked = {
	    EVENT_INVITATION_REVOKED, "INVITATION_REVOKED"};
	enum err rc;

	if (i->accepted_at != NULL)
		return refuse_ended(cx, i);
	if (i->revoked_at != NULL)
		return ERR_OK;
	rc = invitation_revoke(cx, s->db, i);
	return rc == ERR_OK ? joining_tell(cx, s, &revoked, i) : rc;
}

/* step_welcome.c - whoever is to see to the tenant is told that it is there. */
#include "creation/steps.h"

#include "base/email.h"
#include "base/str.h"
#include "mail/outbox.h"

enum { VIEW_MAX = 8 * 1024 };

enum err
welcome_intend(struct ctx *cx, struct making *m)
{
	(void)cx;
	if (!str_is_set(m->means->conf->smtp_url) ||
	    !str_is_set(m->means->conf->mail_from))
		m->skip = "no mail is sent here: SMTP_URL or MAIL_FROM is not set";
	else if (m->creator_email == NULL || !email_valid(m->creator_email))
		m->skip = "no address is known of whoever made the tenant";
	return ERR_OK;
}

enum err
welcome_record(struct ctx *cx, struct making *m)
{
	struct json_out o;
	struct buf b;

	buf_init(&b, cx->mem, VIEW_MAX);
	json_out_init(&o, &b);
	json_open_object(&o);
	json_name(&o, "user");
	json_open_object(&o);
	json_member_text(&o, "email", m->creator_email);
	json_close_object(&o);
	json_name(&o, "tenant");
	json_open_object(&o);
	json_member_text(&o, "name", m->plan.name);
	json_close_object(&o);
	json_close_object(&o);
	return outbox_put(cx, m->means->db, m->means->keys,
	    &(struct outbox_mail){.template = "welcome",
		.to = m->creator_email,
		.tenant_id = m->tenant_id,
		.view = buf_text(&b)});
}

/* mail.c - see mail.h. */
#include "mail/mail.h"

#include <string.h>

#include "base/email.h"
#include "mail/mime.h"
#include "net/idn.h"

/* No body has "=_" in it, see mime_put_body(). */
#define BOUNDARY "=_alternative"

enum { MESSAGE_MAX = 2 * 1024 * 1024 }; /* bytes */

/* -- settings -- */

static bool
is_ascii(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)text[i] >= 0x80)
			return false;
	return true;
}

enum err
mail_address_to_ascii(
    struct ctx *cx, struct arena *mem, const char *address, const char **out)
{
	const char *at = strrchr(address, '@'), *host;
	enum err rc;

	*out = "";
	if (!email_valid(address))
		return err_tell(&cx->err, ERR_INVALID,
		    "\"%.*s\" is not an e-mail address", EMAIL_MAX, address);
	if (!is_ascii(address, (size_t)(at - address)))
		return err_tell(&cx->err, ERR_INVALID,
		    "\"%s\" has letters before the @ that mail servers do not all take",
		    address);
	if ((rc = idn_to_ascii(cx, mem, at + 1, &host)) != ERR_OK)
		return rc;
	*out = arena_printf(mem, "%.*s@%s", (int)(at - address), address, host);
	if (!email_valid(*out))
		return err_tell(&cx->err, ERR_INVALID,
		    "\"%s\" is not an e-mail address in ASCII", address);
	return ERR_OK;
}

enum err
mail_settings_init(
    struct ctx *cx, struct arena *mem, const struct conf *c, struct mail_settings *out)
{
	struct mailbox from;

	*out = (struct mail_settings){"", "", c->product_name};
	if (!mailbox_read(c->mail_from, &from)) { /* it is not set */
		if (!str_is_set(out->product))
			out->product = "tenantd";
		return ERR_OK;
	}
	out->from_name = mime_line(mem, slice_dup(mem, from.name));
	if (!str_is_set(out->product))
		out->product = from.name.n > 0
		    ? out->from_name
		    : strrchr(slice_dup(mem, from.address), '@') + 1;
	if (mail_address_to_ascii(cx, mem, slice_dup(mem, from.address), &out->from) !=
	    ERR_OK)
		return err_set(&cx->err, ERR_CONFIG, "MAIL_FROM: %s",
		    arena_strdup(mem, err_public(&cx->err)));
	return ERR_OK;
}

/* -- messages -- */

static enum err
put_message_id(
    struct ctx *cx, struct buf *b, const struct mail_settings *s, const char *id)
{
	const char *text = arena_printf(cx->mem, "%s%s", id, strrchr(s->from, '@'));

	if (!email_valid(text) || !is_ascii(text, strlen(text)))
		return err_set(&cx->err, ERR_INTERNAL,
		    "\"%s\" cannot be the Message-ID of a mail", text);
	buf_printf(b, "Message-ID: <%s>\r\n", text);
	return ERR_OK;
}

static void
put_part(struct buf *b, const char *type, const char *text)
{
	buf_printf(
	    b, "\r\n--" BOUNDARY "\r\nContent-Type: %s; charset=utf-8\r\n", type);
	mime_put_body(b, text);
}

static enum err
put_header(struct ctx *cx, struct buf *b, const struct mail_settings *s,
    const struct mail_draft *d, const struct mail_message *message)
{
	const char *name = d->to_name == NULL ? "" : d->to_name;
	char date[MIME_DATE_SIZE];

	if (!utf8_valid(name, strlen(name), true))
		name = "";
	mime_put_mailbox(b, "From", s->from_name, message->from);
	mime_put_mailbox(b, "To", mime_line(cx->mem, name), message->to);
	buf_printf(b, "Date: %s\r\n", mime_date(date, d->now_s));
	return put_message_id(cx, b, s, d->id);
}

enum err
mail_compose(struct ctx *cx, const struct mail_settings *s, const struct mail_draft *d,
    struct mail_message *out)
{
	const struct mail_template *t = mail_template_find(d->template);
	struct mail_texts texts;
	struct buf b;
	enum err rc;

	*out = (struct mail_message){.from = s->from};
	if (!str_is_set(s->from))
		return err_set(&cx->err, ERR_CONFIG, "MAIL_FROM is not set");
	if (t == NULL)
		return err_tell(
		    &cx->err, ERR_NOT_FOUND, "there is no mail \"%.64s\"", d->template);
	if ((rc = mail_address_to_ascii(cx, cx->mem, d->to, &out->to)) != ERR_OK)
		return rc;
	rc = mail_template_render(
	    cx, t, &d->own, &(struct mail_view){s->product, d->view, NULL}, &texts);
	if (rc != ERR_OK)
		return rc;
	buf_init(&b, cx->mem, MESSAGE_MAX);
	if ((rc = put_header(cx, &b, s, d, out)) != ERR_OK)
		return rc;
	mime_put_text(&b, "Subject", texts.forms[MAIL_FORM_subject]);
	buf_puts(&b,
	    "Auto-Submitted: auto-generated\r\n"
	    "MIME-Version: 1.0\r\n"
	    "Content-Type: multipart/alternative; boundary=\"" BOUNDARY "\"\r\n");
	put_part(&b, "text/plain", texts.forms[MAIL_FORM_text]);
	put_part(&b, "text/html", texts.forms[MAIL_FORM_html]);
	buf_puts(&b, "\r\n--" BOUNDARY "--\r\n");
	if (b.failed)
		return err_tell(&cx->err, ERR_INVALID, "the mail is too large");
	out->text = (struct slice){buf_text(&b), b.n};
	return ERR_OK;
}

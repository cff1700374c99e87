/*
 * mail.h - makes mails: a template, a view and an address become a message.
 *
 * multipart/alternative in UTF-8, text and then HTML. Only HTML is escaped. Nothing
 * that a view, a template or a name holds becomes a header field: what could end a line
 * is a blank. The same draft gives the same message, Message-ID included.
 *
 * Owner:    mail_settings_init(): the arena given; messages: the ctx's.
 * Lifetime: of these.
 * Threads:  one.
 * Failure:  as template.h; ERR_INVALID, told, for an address that cannot be written to
 *           in ASCII (a local part has no such form), and for a message that is too
 * large; ERR_CONFIG without MAIL_FROM.
 */
#ifndef TENANTD_MAIL_MAIL_H
#define TENANTD_MAIL_MAIL_H

#include "base/str.h"
#include "conf/conf.h"
#include "mail/template.h"

struct mail_settings {
	const char *from_name; /* "": none */
	const char *from;      /* address in ASCII; "": no mail can be made */
	const char *product;
};

enum err mail_settings_init(struct ctx *cx, struct arena *mem, const struct conf *c,
    struct mail_settings *out) MUST_CHECK;

/* An address as it is written to, in mem. */
enum err mail_address_to_ascii(struct ctx *cx, struct arena *mem, const char *address,
    const char **out) MUST_CHECK;

struct mail_draft {
	const char *template; /* of templates.def */
	const char *to;       /* address */
	const char *to_name;  /* NULL: none */
	const char *id;       /* of what it is sent for: words of letters and digits,
			       * with dots between them, to 64 bytes */
	const struct json *view;
	int64_t now_s;         /* its Date */
	struct mail_texts own; /* the tenant's, in place of ours */
};

struct mail_message {
	const char *from, *to; /* addresses for the envelope, in ASCII */
	struct slice text;
};

enum err mail_compose(struct ctx *cx, const struct mail_settings *s,
    const struct mail_draft *d, struct mail_message *out) MUST_CHECK;

#endif

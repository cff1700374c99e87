/*
 * email.h - e-mail addresses, alone and with a name before them.
 *
 * Owner:    slices borrow the text.
 * Lifetime: of the text.
 * Threads:  any.
 * Failure:  a bool.
 */
#ifndef TENANTD_BASE_EMAIL_H
#define TENANTD_BASE_EMAIL_H

#include "base/str.h"

enum { EMAIL_MAX = 254 }; /* bytes (RFC 5321, 4.5.3.1.3) */

/* LOCAL@DOMAIN: a dot-atom or any UTF-8 in its place (RFC 5322, RFC 6532), and host
 * labels. No quoted local parts, no address literals. */
bool email_valid(const char *email);

struct mailbox {
	struct slice name; /* may be empty */
	struct slice address;
};

/* ADDRESS or NAME <ADDRESS>; NAME may stand in "", and has neither " nor \ nor control
 * characters in it. */
bool mailbox_read(const char *text, struct mailbox *out);

#endif

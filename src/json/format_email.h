/*
 * format_email.h - the format "email": what Zod 4 takes by z.string().email(); private.
 *
 * Narrower than RFC 5321: words of letters, digits and _ ' + - with single dots between
 * them (a ' not at the end), then a host name that ends in two or more letters. No
 * other signs, no quotes, no address literals, no Unicode, no A-label at the end. Wider
 * in that nothing has a greatest length and a label may end in a hyphen: what a server
 * for mail takes is base/email.h's to say.
 *
 * Owner:    nobody; borrows the text.
 * Lifetime: of the call.
 * Threads:  any.
 * Failure:  a bool.
 */
#ifndef TENANTD_JSON_FORMAT_EMAIL_H
#define TENANTD_JSON_FORMAT_EMAIL_H

#include <stdbool.h>

bool format_email_fits(const char *text);

#endif

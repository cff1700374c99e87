/*
 * mime.h - the parts of a message: header fields with encoded words (RFC 5322, RFC
 * 2047) and bodies in a transfer encoding (RFC 2045). Lines end with CR LF and have at
 * most 78 characters, but for a longer address.
 *
 * Owner:    the buffer given; mime_line(): the arena.
 * Lifetime: of these.
 * Threads:  any.
 * Failure:  that of the buffer. Texts are well-formed UTF-8 without NUL.
 */
#ifndef TENANTD_MAIL_MIME_H
#define TENANTD_MAIL_MIME_H

#include "base/buf.h"

enum { MIME_DATE_SIZE = 80 };

/* A copy on one line: what could end a line or turn the order of letters is a blank,
 * several blanks are one, and none is at an end. */
char *mime_line(struct arena *mem, const char *text);

/* Text that mime_line() made; name: of the field. */
void mime_put_text(struct buf *b, const char *name, const char *text);
/* display: made by mime_line(), may be ""; address: in ASCII. */
void mime_put_mailbox(
    struct buf *b, const char *name, const char *display, const char *address);
/* The field Content-Transfer-Encoding, an empty line, and the text: quoted-printable,
 * or base64 where that would double it. Neither has "=_" in it. */
void mime_put_body(struct buf *b, const char *text);
/* RFC 5322's date and time, in UTC; seconds since 1970, years 1970 to 9999. */
const char *mime_date(char out[static MIME_DATE_SIZE], int64_t wall_s);

#endif

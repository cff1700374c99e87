/*
 * format_kinds.h - formats that are more than a line to find out, for format.c;
 * private.
 *
 * Owner:    nobody.
 * Lifetime: none.
 * Threads:  any.
 * Failure:  false: the text has not the format.
 */
#ifndef TENANTD_JSON_FORMAT_KINDS_H
#define TENANTD_JSON_FORMAT_KINDS_H

#include <stdbool.h>

/* RFC 3339, 5.6; a leap second only where UTC has one, at 23:59:60. */
bool format_date_time(const char *s);
bool format_date(const char *s);
bool format_time(const char *s);
bool format_duration(const char *s); /* RFC 3339, appendix A */

bool format_json_pointer(const char *s); /* RFC 6901 */
bool format_relative_json_pointer(const char *s);
bool format_uri_template(const char *s); /* RFC 6570 */
/* RFC 6531: any letters on both sides; those of the host are not judged by IDNA. */
bool format_idn_email(const char *s);

#endif

/*
 * manual.h - what the manuals and the sample configuration are made from.
 *
 * Owner:    nobody.
 * Lifetime: of the call.
 * Threads:  one.
 * Failure:  none; the caller asks the stream.
 */
#ifndef TENANTD_CLI_MANUAL_H
#define TENANTD_CLI_MANUAL_H

#include <stdio.h>

void manual_put_commands(FILE *out); /* items of an mdoc(7) list */
void manual_put_options(FILE *out);  /* likewise */
void manual_put_sample(FILE *out);   /* a settings file with every option unset */
/* Text in lines of at most `width` columns, each after `prefix`. */
void manual_put_wrapped(FILE *out, const char *text, const char *prefix, int width);

#endif

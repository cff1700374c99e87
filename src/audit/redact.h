/*
 * redact.h - what came from outside, on its way into the audit log: without secrets.
 *
 * A member is taken for a secret by its name, in any case and with any "_" or "-" in
 * it: password, secret, token, credential, authorization, cookie, private, otp, pin,
 * key and whatever ends in key. Its value, of any type but null, becomes
 * "(removed)", as does whatever lies deeper than 30 levels.
 *
 * Owner:    the caller's output.
 * Lifetime: of that output.
 * Threads:  any.
 * Failure:  as json_out; audit_redact(): ERR_INTERNAL, for what is no JSON, or longer
 *           than AUDIT_DETAILS_MAX.
 */
#ifndef TENANTD_AUDIT_REDACT_H
#define TENANTD_AUDIT_REDACT_H

#include "json/json.h"

bool audit_is_secret(const char *name);
void audit_put_redacted(struct json_out *o, const struct json *value);
/* The text of a row's details; *out is in the ctx's arena. */
enum err audit_redact(struct ctx *cx, const char *details, const char **out) MUST_CHECK;

#endif

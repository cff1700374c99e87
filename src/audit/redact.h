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
 * Failure:  as json_out.
 */
#ifndef TENANTD_AUDIT_REDACT_H
#define TENANTD_AUDIT_REDACT_H

#include "json/json.h"

bool audit_is_secret(const char *name);
void audit_put_redacted(struct json_out *o, const struct json *value);

#endif

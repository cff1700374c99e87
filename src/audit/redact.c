/* redact.c - see redact.h. */
#include "audit/redact.h"

#include <string.h>

#include "audit/audit.h"
#include "base/str.h"

enum { NAME_MAX_LOOKED_AT = 256, DEPTH_MOST = 30 };

/* Lower case without "_", "-", "." and blanks. */
static size_t
flatten(char out[static NAME_MAX_LOOKED_AT], const char *name)
{
	size_t n = 0;

	for (; *name != '\0' && n < NAME_MAX_LOOKED_AT - 1; name++) {
		if (strchr("_-. ", *name) != NULL)
			continue;
		out[n] = *name;
		if (*name >= 'A' && *name <= 'Z')
			out[n] = (char)(*name - 'A' + 'a');
		n++;
	}
	out[n] = '\0';
	return n;
}

bool
audit_is_secret(const char *name)
{
	static const char *const parts[] = {"password", "passwd", "passphrase",
	    "passcode", "secret", "token", "credential", "authorization", "cookie",
	    "private", "apikey", "bearer", "signature"};
	static const char *const wholes[] = {"pin", "otp", "pwd", "totp", "auth"};
	char flat[NAME_MAX_LOOKED_AT];
	size_t n = flatten(flat, name);

	for (size_t i = 0; i < COUNT_OF(parts); i++)
		if (strstr(flat, parts[i]) != NULL)
			return true;
	for (size_t i = 0; i < COUNT_OF(wholes); i++)
		if (strcmp(flat, wholes[i]) == 0)
			return true;
	return n >= 3 && strcmp(flat + n - 3, "key") == 0;
}

static bool
put_member(const char *name, const struct json *value, void *arg)
{
	struct json_out *o = arg;

	json_name(o, name);
	if (value != NULL && audit_is_secret(name))
		json_put_text(o, "(removed)");
	else
		audit_put_redacted(o, value);
	return true;
}

void
/* NOLINTNEXTLINE(misc-no-recursion): as deep as the parser let it be */
audit_put_redacted(struct json_out *o, const struct json *value)
{
	if (o->depth >= DEPTH_MOST) {
		json_put_text(o, "(removed)");
		return;
	}
	switch (json_type(value)) {
	case JSON_OBJECT:
		json_open_object(o);
		json_each(value, put_member, o);
		json_close_object(o);
		return;
	case JSON_ARRAY:
		json_open_array(o);
		for (size_t i = 0; i < json_count(value); i++)
			audit_put_redacted(o, json_item(value, i));
		json_close_array(o);
		return;
	case JSON_NULL:
	case JSON_BOOL:
	case JSON_INT:
	case JSON_NUMBER:
	case JSON_STRING:
		json_put(o, value);
		return;
	}
}

enum err
audit_redact(struct ctx *cx, const char *details, const char **out)
{
	const size_t n = strlen(details);
	const struct json *value;
	struct json_out o;
	struct buf b;
	enum err rc = json_parse(cx, details, n, 0, &value);

	if (rc != ERR_OK)
		return err_set(
		    &cx->err, ERR_INTERNAL, "the details of an audit row are no JSON");
	buf_init(&b, cx->mem, AUDIT_DETAILS_MAX);
	json_out_init(&o, &b);
	audit_put_redacted(&o, value);
	if (b.failed)
		return err_set(&cx->err, ERR_INTERNAL,
		    "the details of an audit row may have %d bytes", AUDIT_DETAILS_MAX);
	*out = buf_text(&b);
	return ERR_OK;
}

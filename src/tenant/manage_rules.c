/* manage_rules.c - what administrators may say of a tenant; see manage.h. */
#include <string.h>
#include <strings.h>

#include "tenant/manage.h"
#include "tenant/slug.h"

enum { ID_MOST = 63, LABEL_MOST = 63 };

static bool
is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9');
}

/* 1 to 63 of letters, digits, ".", "_" and "-", the first a letter or a digit. */
static bool
is_name(const char *s)
{
	const size_t n = strlen(s);

	if (n < 1 || n > ID_MOST || !is_alnum(s[0]))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!is_alnum(s[i]) && strchr("._-", s[i]) == NULL)
			return false;
	return true;
}

static bool
is_label(const char *s)
{
	const size_t n = strlen(s);

	if (n < 1 || n > LABEL_MOST || s[0] == '-' || s[n - 1] == '-')
		return false;
	for (size_t i = 0; i < n; i++)
		if (s[i] != '-' && (!is_alnum(s[i]) || (s[i] >= 'A' && s[i] <= 'Z')))
			return false;
	return true;
}

static bool
is_key(struct slice key)
{
	for (size_t i = 0; i < key.n; i++)
		if (key.p[i] < '!' || key.p[i] > '~')
			return false;
	return key.n >= 1 && key.n <= TENANT_KEY_MOST;
}

static void
check_name(struct ctx *cx, const char *pointer, const char *name)
{
	if (!is_name(name))
		ctx_fault(cx, pointer, "pattern",
		    "must be 1 to 63 letters, digits, \".\", \"_\" or \"-\", the first "
		    "a "
		    "letter or a digit");
	else if (tenant_name_reads_as_uuid(name))
		ctx_fault(cx, pointer, "not",
		    "reads as a UUID, which only the tenant of that number has as a "
		    "name");
	else if (strcasecmp(name, DB_MANAGEMENT) == 0)
		ctx_fault(cx, pointer, "not", "\"%s\" is reserved", DB_MANAGEMENT);
}

static void
check_title(struct ctx *cx, const char *name)
{
	const size_t n = name != NULL ? strlen(name) : 0;
	bool blank = true;

	for (size_t i = 0; i < n; i++) {
		if ((unsigned char)name[i] < ' ' || name[i] == 0x7f) {
			ctx_fault(
			    cx, "/name", "pattern", "must not hold control characters");
			return;
		}
		blank = blank && name[i] == ' ';
	}
	if (blank)
		ctx_fault(cx, "/name", "pattern", "must not be blank");
	else if (!utf8_valid(name, n, true))
		ctx_fault(cx, "/name", "encoding", "is not text in UTF-8");
	else if (utf8_length(name, n) > TENANT_NAME_MOST)
		ctx_fault(cx, "/name", "maxLength", "has more than %d characters",
		    TENANT_NAME_MOST);
}

static void
check_prompt(struct ctx *cx, const char *prompt)
{
	if (!utf8_valid(prompt, strlen(prompt), true))
		ctx_fault(cx, "/system_prompt", "encoding", "is not text in UTF-8");
	else if (utf8_length(prompt, strlen(prompt)) > TENANT_PROMPT_MOST)
		ctx_fault(cx, "/system_prompt", "maxLength",
		    "has more than %d characters", TENANT_PROMPT_MOST);
}

enum err
tenant_managed_check(struct ctx *cx, const struct tenant_wish *wish)
{
	const unsigned before = cx->fault_count;

	if (wish->id != NULL)
		check_name(cx, "/id", wish->id);
	if (wish->slug != NULL)
		check_name(cx, "/slug", wish->slug);
	check_title(cx, wish->name);
	if (wish->environment != NULL && !is_label(wish->environment))
		ctx_fault(cx, "/pinecone_environment", "pattern",
		    "must be one DNS label: 1 to 63 lower-case letters, digits or "
		    "\"-\", which neither begins nor ends it");
	if (wish->prompt != NULL)
		check_prompt(cx, wish->prompt);
	if (wish->key_wish == TENANT_KEY_IS && !is_key(wish->key))
		ctx_fault(cx, "/pinecone_api_key", "pattern",
		    "must be 1 to %d printable characters of ASCII without blanks",
		    TENANT_KEY_MOST);
	return cx->fault_count == before
	    ? ERR_OK
	    : err_tell(&cx->err, ERR_INVALID, "the tenant is not valid");
}

enum err
tenant_scopes_take(
    struct ctx *cx, const char *const *words, size_t count, const char **array)
{
	static const char *const parts[] = {"write", "delete", "admin"};
	bool asked[COUNT_OF(parts)] = {false}, all = count == 0;
	const char *text = "";

	for (size_t i = 0; i < count; i++) {
		bool known = strcmp(words[i], "read") == 0;

		all = all || known;
		for (size_t j = 0; j < COUNT_OF(parts); j++)
			if (strcmp(words[i], parts[j]) == 0)
				known = asked[j] = true;
		if (known)
			continue;
		ctx_fault(cx, arena_printf(cx->mem, "/scopes/%zu", i), "enum",
		    "must be \"read\", \"write\", \"delete\" or \"admin\"");
		return err_tell(
		    &cx->err, ERR_INVALID, "there is no scope \"%.40s\"", words[i]);
	}
	for (size_t j = 0; j < COUNT_OF(parts); j++)
		if (asked[j])
			text = arena_printf(cx->mem, "%s%s%s", text,
			    text[0] != '\0' ? "," : "", parts[j]);
	*array = all ? NULL : arena_printf(cx->mem, "{%s}", text);
	return ERR_OK;
}

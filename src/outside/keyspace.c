/* keyspace.c - see keyspace.h: users. */
#include "outside/keyspace.h"

#include <string.h>

#include "crypto/opaque.h"
#include "outside/keyspace_ask.h"

/*
 * What a tenant may do. Categories of data come first, then what is taken out of them,
 * then single commands: later rules win. A command that a newer Redis brings is had
 * only where it is one of those categories, which name keys.
 */
static const char *const rules[] = {"-@all", "+@string", "+@hash", "+@list", "+@set",
    "+@sortedset", "+@stream", "+@bitmap", "+@hyperloglog", "+@geo", "+@transaction",
    "-@admin", "-@dangerous", "-@scripting",
    /* keys, each named */
    "+del", "+unlink", "+exists", "+touch", "+type", "+expire", "+expireat", "+pexpire",
    "+pexpireat", "+expiretime", "+pexpiretime", "+ttl", "+pttl", "+persist", "+rename",
    "+renamenx", "+copy", "+dump", "+object",
    /* channels, which patterns bind */
    "+publish", "+subscribe", "+unsubscribe", "+psubscribe", "+punsubscribe",
    "+spublish", "+ssubscribe", "+sunsubscribe",
    /* one's own connection */
    "+auth", "+hello", "+ping", "+echo", "+quit", "+reset", "+time", "+command",
    "+client|id", "+client|info", "+client|getname", "+client|setname",
    "+client|reply"};

enum { OWN_RULES = 10 };

#define MARKS "tenantd:"

const char *
keyspace_user(struct arena *mem, const char *tenant_id)
{
	char *user = arena_printf(mem, "tenant_%s", tenant_id), *to = user;

	for (const char *p = user; *p != '\0'; p++)
		if (*p != '-')
			*to++ = *p;
	*to = '\0';
	return user;
}

const char *
keyspace_prefix(struct arena *mem, const struct conf *conf, const char *tenant_id)
{
	return arena_printf(mem, "%s%s:", conf->redis_prefix, tenant_id);
}

enum err
keyspace_password(struct ctx *cx, const char **out)
{
	struct opaque o;
	const enum err rc = opaque_make(cx, OPAQUE_KEYSPACE, &o);

	*out = rc == ERR_OK ? o.text : NULL;
	return rc;
}

enum err
keyspace_url(struct ctx *cx, const struct conf *conf, const char *user,
    const char *password, const char **out)
{
	struct redis_place p;
	const char *why = redis_place_read(cx->mem, conf->redis_url, &p);

	if (why != NULL)
		return err_tell(&cx->err, ERR_CONFIG, "the URL of Redis %s", why);
	p.user = user;
	p.password = password;
	*out = redis_place_url(cx->mem, &p);
	return *out != NULL ? ERR_OK
			    : err_set(&cx->err, ERR_INTERNAL, "REDIS_URL is too long");
}

/* -- asking -- */

enum err
keyspace_ask(struct ctx *cx, struct redis *r, const char *const *words,
    const struct redis_reply **reply)
{
	const enum err rc = redis_ask_texts(cx, r, words, reply);

	if (rc != ERR_OK || (*reply)->kind != REDIS_IS_REFUSAL)
		return rc;
	return err_tell(&cx->err, ERR_OUTSIDE_FAILED,
	    "Redis refuses %s%s%s: %.160s; see the rights of REDIS_URL's user",
	    words[0], words[1] != NULL ? " " : "", words[1] != NULL ? words[1] : "",
	    (*reply)->text.p);
}

/* -- looking -- */

/* Of a list of names and values, such as the reply of ACL GETUSER is. */
static const struct redis_reply *
find(const struct redis_reply *list, const char *name)
{
	for (int i = 0; i + 1 < list->count; i += 2)
		if (slice_eq(list->items[i].text, name))
			return &list->items[i + 1];
	return NULL;
}

static bool
lists(const struct redis_reply *list, const char *word)
{
	for (int i = 0; list != NULL && i < list->count; i++)
		if (slice_eq(list->items[i].text, word))
			return true;
	return false;
}

static bool
is_marked(const struct redis_reply *user, const char *mark)
{
	const struct redis_reply *channels = find(user, "channels");
	const size_t n = sizeof(MARKS) - 1;
	struct slice rest, one;

	if (channels == NULL || channels->kind != REDIS_IS_TEXT)
		return false;
	rest = channels->text;
	while (slice_cut(&rest, ' ', &one))
		if (one.n > n + 1 && one.p[0] == '&' &&
		    memcmp(one.p + 1, MARKS, n) == 0 &&
		    slice_eq((struct slice){one.p + 1 + n, one.n - 1 - n}, mark))
			return true;
	return false;
}

static bool
has_password(const struct redis_reply *user, const char *password)
{
	const struct redis_reply *list = find(user, "passwords");
	char digest[DIGEST_HEX_SIZE];

	if (password == NULL || list == NULL || list->count != 1)
		return false;
	digest_hex(digest, digest_sha256(password, strlen(password)));
	return slice_eq(list->items[0].text, digest);
}

static enum err
look(struct ctx *cx, struct redis *r, const struct keyspace *k, const char *password,
    struct keyspace_look *out)
{
	const struct redis_reply *user;
	enum err rc =
	    keyspace_ask(cx, r, REDIS_WORDS("ACL", "GETUSER", k->user), &user);

	*out = (struct keyspace_look){.state = KEYSPACE_ABSENT};
	if (rc != ERR_OK || user->kind == REDIS_IS_NIL)
		return rc;
	if (!is_marked(user, k->mark))
		out->state = KEYSPACE_FOREIGN;
	else if (lists(find(user, "flags"), "on"))
		out->state = KEYSPACE_ON;
	else
		out->state = KEYSPACE_OFF;
	out->password = has_password(user, password);
	return ERR_OK;
}

/* Whether the server has a file for its users; one that does not tell has none. */
static enum err
look_for_file(struct ctx *cx, struct redis *r, bool *kept)
{
	const struct redis_reply *reply;
	enum err rc =
	    redis_ask_texts(cx, r, REDIS_WORDS("CONFIG", "GET", "aclfile"), &reply);

	*kept = rc == ERR_OK && reply->count == 2 && reply->items[1].text.n > 0;
	return rc;
}

enum err
keyspace_look(struct ctx *cx, struct stores *s, const struct keyspace *k,
    const char *password, struct keyspace_look *out)
{
	struct redis *r;
	enum err rc = stores_redis(cx, s, &r);

	if (rc == ERR_OK)
		rc = look(cx, r, k, password, out);
	return rc == ERR_OK ? look_for_file(cx, r, &out->kept) : rc;
}

/* -- changing -- */

/* To the server's file of users, where it has one. */
enum err
keyspace_keep(struct ctx *cx, struct redis *r)
{
	const struct redis_reply *reply;
	enum err rc = redis_ask_texts(cx, r, REDIS_WORDS("ACL", "SAVE"), &reply);

	if (rc == ERR_OK && reply->kind == REDIS_IS_REFUSAL &&
	    strstr(reply->text.p, "not configured") == NULL)
		rc = err_tell(&cx->err, ERR_OUTSIDE_FAILED,
		    "Redis could not save its users: %.160s", reply->text.p);
	return rc;
}

/* In one command, mark and all. */
static enum err
set(struct ctx *cx, struct redis *r, const struct keyspace *k, const char *password,
    bool on)
{
	const char *words[OWN_RULES + COUNT_OF(rules) + 2];
	char digest[DIGEST_HEX_SIZE];
	const struct redis_reply *reply;
	size_t n = 0;

	digest_hex(digest, digest_sha256(password, strlen(password)));
	words[n++] = "ACL";
	words[n++] = "SETUSER";
	words[n++] = k->user;
	words[n++] = "reset";
	words[n++] = on ? "on" : "off";
	words[n++] = arena_printf(cx->mem, "#%s", digest);
	words[n++] = arena_printf(cx->mem, "~%s*", k->prefix);
	words[n++] = arena_printf(cx->mem, "&" MARKS "%s", k->mark);
	words[n++] = arena_printf(cx->mem, "&%s*", k->prefix);
	for (size_t i = 0; i < COUNT_OF(rules); i++)
		words[n++] = rules[i];
	words[n++] = arena_printf(cx->mem, "+select|%d", redis_database(r));
	words[n] = NULL;
	return keyspace_ask(cx, r, words, &reply);
}

enum err
keyspace_make(struct ctx *cx, struct stores *s, const struct keyspace *k,
    const char *password, bool on)
{
	struct keyspace_look now;
	struct redis *r;
	enum err rc = stores_redis(cx, s, &r);

	if (rc == ERR_OK)
		rc = look(cx, r, k, password, &now);
	if (rc == ERR_OK && now.state == KEYSPACE_FOREIGN)
		rc = err_tell(&cx->err, ERR_CONFLICT,
		    "Redis has a user \"%s\" already, which is not ours", k->user);
	if (rc == ERR_OK)
		rc = set(cx, r, k, password, on);
	return rc == ERR_OK ? keyspace_keep(cx, r) : rc;
}

enum err
keyspace_kill(struct ctx *cx, struct redis *r, const struct keyspace *k)
{
	const struct redis_reply *reply;

	return keyspace_ask(
	    cx, r, REDIS_WORDS("CLIENT", "KILL", "USER", k->user), &reply);
}

enum err
keyspace_disconnect(struct ctx *cx, struct stores *s, const struct keyspace *k)
{
	struct redis *r;
	enum err rc = stores_redis(cx, s, &r);

	return rc == ERR_OK ? keyspace_kill(cx, r, k) : rc;
}

static enum err
turn(struct ctx *cx, struct stores *s, const struct keyspace *k, bool on)
{
	const struct redis_reply *reply;
	struct keyspace_look now;
	struct redis *r;
	enum err rc = stores_redis(cx, s, &r);

	if (rc == ERR_OK)
		rc = look(cx, r, k, NULL, &now);
	if (rc != ERR_OK || now.state < KEYSPACE_ON)
		return rc;
	rc = keyspace_ask(
	    cx, r, REDIS_WORDS("ACL", "SETUSER", k->user, on ? "on" : "off"), &reply);
	if (rc == ERR_OK && !on)
		rc = keyspace_kill(cx, r, k);
	return rc == ERR_OK ? keyspace_keep(cx, r) : rc;
}

enum err
keyspace_stop(struct ctx *cx, struct stores *s, const struct keyspace *k)
{
	return turn(cx, s, k, false);
}

enum err
keyspace_start(struct ctx *cx, struct stores *s, const struct keyspace *k)
{
	return turn(cx, s, k, true);
}

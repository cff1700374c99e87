/* conninfo.c - see conninfo.h. */
#include "db/conninfo.h"

#include <libpq-fe.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"

enum { TEXT_MAX = 16 * 1024 };

/* What a URI has a place of its own for. */
struct parts {
	const char *host, *hostaddr, *port, *database, *user, *password;
};

static void
cleanse(void *text)
{
	explicit_bzero(text, strlen(text));
}

static void
options_free(void *options)
{
	PQconninfoFree(options);
}

static enum err
options_read(struct ctx *cx, const char *text, PQconninfoOption **out)
{
	char *complaint = NULL;

	*out = PQconninfoParse(text, &complaint);
	PQfreemem(complaint);
	if (*out == NULL)
		return err_tell(&cx->err, ERR_INVALID,
		    "the connection string cannot be parsed (characters of a password "
		    "must be percent-encoded in a URI)");
	arena_defer(cx->mem, options_free, *out);
	return ERR_OK;
}

static const char *
option_get(const PQconninfoOption *o, const char *keyword)
{
	for (; o->keyword != NULL; o++)
		if (strcmp(o->keyword, keyword) == 0 && o->val != NULL)
			return o->val;
	return "";
}

static struct parts
parts_of(const PQconninfoOption *o, const struct conninfo_change *c)
{
	struct parts p = {
	    .host = option_get(o, "host"),
	    .hostaddr = option_get(o, "hostaddr"),
	    .port = option_get(o, "port"),
	    .database = option_get(o, "dbname"),
	    .user = option_get(o, "user"),
	    .password = option_get(o, "password"),
	};

	if (c->host != NULL) {
		p.host = c->host;
		p.hostaddr = p.port = "";
	}
	if (c->port != NULL)
		p.port = c->port;
	if (c->database != NULL)
		p.database = c->database;
	if (c->user != NULL)
		p.user = c->user;
	if (c->password != NULL)
		p.password = c->password;
	return p;
}

static bool
is_part(const char *keyword)
{
	static const char *const names[] = {
	    "host", "hostaddr", "port", "dbname", "user", "password"};

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (strcmp(names[i], keyword) == 0)
			return true;
	return false;
}

/* The i-th piece of a list; of one, that one. */
static struct slice
piece_of(const char *list, int i)
{
	struct slice rest = slice_of(list), piece = rest;

	if (strchr(list, ',') == NULL)
		return rest;
	for (int k = 0; k <= i; k++)
		if (!slice_cut(&rest, ',', &piece))
			return (struct slice){"", 0};
	return piece;
}

static int
count_of(const char *list)
{
	int n = 1;

	for (; *list != '\0'; list++)
		n += *list == ',';
	return n;
}

/* -- what may be seen -- */

static const char *
address_of(struct ctx *cx, const struct parts *p)
{
	const char *hosts = *p->host != '\0' ? p->host : p->hostaddr;
	struct buf b;

	buf_init(&b, cx->mem, TEXT_MAX);
	for (int i = 0; i < count_of(hosts); i++) {
		struct slice host = piece_of(hosts, i), port = piece_of(p->port, i);

		if (i > 0)
			buf_putc(&b, ',');
		buf_put(&b, host.p, host.n);
		buf_putc(&b, ':');
		buf_put(&b, port.n > 0 ? port.p : "5432", port.n > 0 ? port.n : 4);
	}
	return arena_strdup(cx->mem, buf_text(&b));
}

enum err
conninfo_look(struct ctx *cx, const char *text, struct conninfo_view *out)
{
	static const struct conninfo_change none = {0};
	PQconninfoOption *options;
	struct parts p;
	enum err rc = options_read(cx, text, &options);

	if (rc != ERR_OK)
		return rc;
	p = parts_of(options, &none);
	/* A password with '@', '/' or ':' in it ends up in the host or the port. */
	if (strchr(p.host, '@') != NULL ||
	    strspn(p.port, "0123456789,") != strlen(p.port))
		return err_tell(&cx->err, ERR_INVALID,
		    "the connection string's host or port is not one (characters of a "
		    "password must be percent-encoded in a URI)");
	*out = (struct conninfo_view){.address = address_of(cx, &p),
	    .user = arena_strdup(cx->mem, p.user),
	    .database = arena_strdup(cx->mem, p.database)};
	return ERR_OK;
}

/* -- as keywords -- */

static void
put_keyword(struct buf *b, const char *keyword, const char *value)
{
	if (*value == '\0')
		return;
	buf_printf(b, "%s%s='", b->n > 0 ? " " : "", keyword);
	for (; *value != '\0'; value++) {
		if (*value == '\'' || *value == '\\')
			buf_putc(b, '\\');
		buf_putc(b, *value);
	}
	buf_putc(b, '\'');
}

/* Kept where it is cleansed. */
static enum err
take_text(struct ctx *cx, struct buf *b, const char **out)
{
	char *text = b->failed ? NULL : arena_strdup(cx->mem, buf_text(b));

	if (b->p != NULL)
		explicit_bzero(b->p, b->n);
	buf_fini(b);
	if (text == NULL)
		return err_tell(
		    &cx->err, ERR_INVALID, "the connection string is too long");
	arena_defer(cx->mem, cleanse, text);
	*out = text;
	return ERR_OK;
}

enum err
conninfo_keywords(struct ctx *cx, const char *text,
    const struct conninfo_change *change, const char **out)
{
	PQconninfoOption *options;
	struct parts p;
	struct buf b;
	enum err rc = options_read(cx, text, &options);

	if (rc != ERR_OK)
		return rc;
	p = parts_of(options, change);
	buf_init(&b, NULL, TEXT_MAX);
	put_keyword(&b, "host", p.host);
	put_keyword(&b, "hostaddr", p.hostaddr);
	put_keyword(&b, "port", p.port);
	put_keyword(&b, "dbname", p.database);
	put_keyword(&b, "user", p.user);
	put_keyword(&b, "password", p.password);
	for (const PQconninfoOption *o = options; o->keyword != NULL; o++)
		if (o->val != NULL && !is_part(o->keyword))
			put_keyword(&b, o->keyword, o->val);
	return take_text(cx, &b, out);
}

/* -- as a URI -- */

static void
put_encoded(struct buf *b, struct slice s)
{
	static const char plain[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789-._~";

	for (size_t i = 0; i < s.n; i++) {
		if (memchr(plain, s.p[i], sizeof(plain) - 1) != NULL)
			buf_putc(b, s.p[i]);
		else
			buf_printf(b, "%%%02X", (unsigned char)s.p[i]);
	}
}

static void
put_hosts(struct buf *b, const struct parts *p)
{
	const char *hosts = *p->host != '\0' ? p->host : p->hostaddr;

	for (int i = 0; i < count_of(hosts); i++) {
		struct slice host = piece_of(hosts, i), port = piece_of(p->port, i);
		bool literal = memchr(host.p, ':', host.n) != NULL;

		if (i > 0)
			buf_putc(b, ',');
		if (literal)
			buf_printf(b, "[%.*s]", (int)host.n, host.p);
		else
			put_encoded(b, host);
		if (port.n > 0)
			buf_printf(b, ":%.*s", (int)port.n, port.p);
	}
}

/* What is ours alone, or a place on our host, is nothing to an application. */
static bool
is_for_others(const char *keyword)
{
	return strcmp(keyword, "sslmode") == 0 ||
	    strcmp(keyword, "target_session_attrs") == 0 ||
	    strcmp(keyword, "channel_binding") == 0 ||
	    strcmp(keyword, "gssencmode") == 0;
}

enum err
conninfo_uri(struct ctx *cx, const char *text, const struct conninfo_change *change,
    const char **out)
{
	PQconninfoOption *options;
	const char *mark = "?";
	struct parts p;
	struct buf b;
	enum err rc = options_read(cx, text, &options);

	if (rc != ERR_OK)
		return rc;
	p = parts_of(options, change);
	buf_init(&b, NULL, TEXT_MAX);
	buf_puts(&b, "postgresql://");
	put_encoded(&b, slice_of(p.user));
	if (*p.password != '\0') {
		buf_putc(&b, ':');
		put_encoded(&b, slice_of(p.password));
	}
	if (*p.user != '\0')
		buf_putc(&b, '@');
	put_hosts(&b, &p);
	buf_putc(&b, '/');
	put_encoded(&b, slice_of(p.database));
	for (const PQconninfoOption *o = options; o->keyword != NULL; o++)
		if (o->val != NULL && is_for_others(o->keyword)) {
			buf_printf(&b, "%s%s=", mark, o->keyword);
			put_encoded(&b, slice_of(o->val));
			mark = "&";
		}
	return take_text(cx, &b, out);
}

/* databases.c - see databases.h. */
#include "database/databases.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "crypto/secret.h"
#include "database/connections.h"
#include "db/conninfo.h"

enum { HOST_TIMEOUT_MS = 30000 };

/* A connection that is kept; db NULL: none. */
struct kept {
	char *id, *sealed;
	struct db *db;
	int64_t used_ms;
};

struct databases {
	const struct conf *conf;
	const struct seal_keys *keys;
	struct db *control;
	struct connections *connections; /* NULL: none was asked for */
	struct kept kept[DATABASES_OPEN];
};

struct databases *
databases_new(const struct conf *conf, const struct seal_keys *keys)
{
	struct databases *d = calloc(1, sizeof(*d));

	if (d == NULL)
		abort();
	d->conf = conf;
	d->keys = keys;
	return d;
}

static void
kept_close(struct kept *k)
{
	db_free(k->db);
	free(k->id);
	free(k->sealed);
	*k = (struct kept){0};
}

void
databases_free(struct databases *d)
{
	if (d == NULL)
		return;
	for (int i = 0; i < DATABASES_OPEN; i++)
		kept_close(&d->kept[i]);
	connections_free(d->connections);
	db_free(d->control);
	free(d);
}

const struct conf *
databases_conf(const struct databases *d)
{
	return d->conf;
}

const struct seal_keys *
databases_keys(const struct databases *d)
{
	return d->keys;
}

struct db *
databases_control(struct databases *d)
{
	struct arena *mem;

	if (d->control != NULL)
		return d->control;
	mem = arena_new(64ul * 1024);
	d->control =
	    db_new(&(const struct db_settings){.conninfo = conf_conninfo(d->conf, mem),
		.application_name = "tenantd pool",
		.connect_timeout_ms = d->conf->db_connect_timeout,
		.query_timeout_ms = d->conf->db_query_timeout,
		.prepare = d->conf->db_prepare});
	arena_free(mem);
	return d->control;
}

struct connections *
databases_connections(struct databases *d)
{
	if (d->connections == NULL)
		d->connections = connections_new(d);
	return d->connections;
}

void
databases_rest(struct databases *d)
{
	int64_t now = clock_mono_ms();

	if (d->connections != NULL)
		connections_rest(d->connections);

	for (int i = 0; i < DATABASES_OPEN; i++)
		if (d->kept[i].db != NULL &&
		    now - d->kept[i].used_ms > DATABASES_IDLE_MS)
			kept_close(&d->kept[i]);
}

/* -- opening -- */

/* The settings' limit is for statements that are asked all day: one that waits for
 * another's copy may take longer. */
static struct db *
open_with(const struct databases *d, const char *conninfo)
{
	return db_new(&(const struct db_settings){.conninfo = conninfo,
	    .application_name = "tenantd",
	    .connect_timeout_ms = d->conf->db_connect_timeout,
	    .query_timeout_ms = HOST_TIMEOUT_MS,
	    .prepare = true,
	    .shared = true});
}

enum err
databases_connect(struct ctx *cx, struct databases *d, const struct database_server *s,
    const char *database, struct db **out)
{
	const struct conninfo_change change = {.database = database};
	struct slice sealed = {0};
	const char *conninfo;
	enum err rc = server_conninfo(cx, d->keys, s, &sealed);

	*out = NULL;
	databases_rest(d);
	if (rc == ERR_OK)
		rc = conninfo_keywords(cx, sealed.p, &change, &conninfo);
	if (rc == ERR_OK)
		*out = open_with(d, conninfo);
	secret_cleanse((void *)(uintptr_t)sealed.p, sealed.n);
	return rc;
}

/* The one for this server; else a free one, or the one that was used longest ago. */
static struct kept *
kept_for(struct databases *d, const struct database_server *s)
{
	struct kept *oldest = &d->kept[0];

	for (int i = 0; i < DATABASES_OPEN; i++) {
		struct kept *k = &d->kept[i];

		if (k->db != NULL && strcmp(k->id, s->id) == 0)
			return k;
		if (k->used_ms < oldest->used_ms)
			oldest = k;
	}
	return oldest;
}

static char *
dup_or_die(const char *text)
{
	char *copy = strdup(text);

	if (copy == NULL)
		abort();
	return copy;
}

enum err
databases_host(struct ctx *cx, struct databases *d, const struct database_server *s,
    struct db **out)
{
	struct kept *k;
	enum err rc = ERR_OK;

	databases_rest(d);
	k = kept_for(d, s);
	if (k->db == NULL || strcmp(k->id, s->id) != 0 ||
	    strcmp(k->sealed, s->sealed) != 0) {
		kept_close(k);
		rc = databases_connect(cx, d, s, NULL, &k->db);
		if (rc != ERR_OK)
			return rc;
		k->id = dup_or_die(s->id);
		k->sealed = dup_or_die(s->sealed);
	}
	k->used_ms = clock_mono_ms();
	*out = k->db;
	return rc;
}

enum err
databases_uri(struct ctx *cx, struct databases *d, const struct database_server *s,
    const struct database_login *login, const char **uri)
{
	const struct conninfo_change change = {
	    .database = login->database,
	    .user = login->role,
	    .password = login->password,
	    .host = login->host,
	    .port = login->port,
	};
	struct slice sealed = {0};
	enum err rc;

	if (s == NULL)
		return conninfo_uri(
		    cx, conf_direct_conninfo(d->conf, cx->mem), &change, uri);
	rc = server_conninfo(cx, d->keys, s, &sealed);
	if (rc == ERR_OK)
		rc = conninfo_uri(cx, sealed.p, &change, uri);
	secret_cleanse((void *)(uintptr_t)sealed.p, sealed.n);
	return rc;
}

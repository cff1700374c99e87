/* connections.c - see connections.h. */
#include "database/connections.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

/* db NULL: none. */
struct slot {
	char *tenant_id, *server, *database;
	struct db *db;
	int64_t used_ms;
	uint64_t turn; /* of the last use: clocks may not tell two apart */
};

struct connections {
	struct databases *d;
	uint64_t turns;
	struct slot slots[CONNECTIONS_MOST];
};

struct connections *
connections_new(struct databases *d)
{
	struct connections *c = calloc(1, sizeof(*c));

	if (c == NULL)
		abort();
	c->d = d;
	return c;
}

static void
slot_close(struct slot *s)
{
	db_free(s->db);
	free(s->tenant_id);
	free(s->server);
	free(s->database);
	*s = (struct slot){0};
}

void
connections_free(struct connections *c)
{
	if (c == NULL)
		return;
	connections_close(c, NULL);
	free(c);
}

void
connections_close(struct connections *c, const char *tenant_id)
{
	for (int i = 0; i < CONNECTIONS_MOST; i++) {
		struct slot *s = &c->slots[i];

		if (s->db != NULL &&
		    (tenant_id == NULL || strcmp(s->tenant_id, tenant_id) == 0))
			slot_close(s);
	}
}

void
connections_rest(struct connections *c)
{
	const int64_t now = clock_mono_ms();

	for (int i = 0; i < CONNECTIONS_MOST; i++)
		if (c->slots[i].db != NULL &&
		    now - c->slots[i].used_ms > CONNECTIONS_IDLE_MS)
			slot_close(&c->slots[i]);
}

int
connections_count(const struct connections *c)
{
	int n = 0;

	for (int i = 0; i < CONNECTIONS_MOST; i++)
		n += c->slots[i].db != NULL;
	return n;
}

int
connections_share(const struct conf *conf, int64_t most)
{
	const int64_t processes =
	    (int64_t)conf->tenant_hosts * (conf->workers + conf->job_workers + 1);
	const int64_t share = most == SERVER_NONE ? CONNECTIONS_MOST : most / processes;

	return share < conf->tenant_connections ? (int)share : conf->tenant_connections;
}

/* -- which one -- */

static struct slot *
slot_of(struct connections *c, const char *tenant_id)
{
	for (int i = 0; i < CONNECTIONS_MOST; i++)
		if (c->slots[i].db != NULL &&
		    strcmp(c->slots[i].tenant_id, tenant_id) == 0)
			return &c->slots[i];
	return NULL;
}

/* The one that was used longest ago; server NULL: of any. *n: how many there are. */
static struct slot *
oldest(struct connections *c, const char *server, int *n)
{
	struct slot *found = NULL;

	*n = 0;
	for (int i = 0; i < CONNECTIONS_MOST; i++) {
		struct slot *s = &c->slots[i];

		if (s->db == NULL || (server != NULL && strcmp(s->server, server) != 0))
			continue;
		++*n;
		if (found == NULL || s->turn < found->turn)
			found = s;
	}
	return found;
}

/* Closes until there is room for one more. */
static void
make_room(struct connections *c, const char *server, int most)
{
	int n;
	struct slot *s;

	for (s = oldest(c, server, &n); n >= most && s != NULL;
	     s = oldest(c, server, &n))
		slot_close(s);
}

static struct slot *
free_slot(struct connections *c)
{
	int i = 0;

	while (c->slots[i].db != NULL)
		i++;
	return &c->slots[i]; /* there is one: make_room() */
}

static char *
dup_or_die(const char *text)
{
	char *copy = strdup(text);

	if (copy == NULL)
		abort();
	return copy;
}

static enum err
open_slot(struct ctx *cx, struct connections *c, const struct connection_place *place,
    struct slot **out)
{
	const struct conf *conf = databases_conf(c->d);
	const int share = connections_share(conf, place->server->connections_most);
	struct db *db;
	struct slot *s;
	enum err rc;

	if (share < 1)
		return err_tell(&cx->err, ERR_UNAVAILABLE,
		    "the most connections of database server \"%s\" leave none for "
		    "each of our processes",
		    place->server->id);
	make_room(c, place->server->id, share);
	make_room(c, NULL, conf->tenant_connections);
	rc = databases_connect(cx, c->d, place->server, place->database, &db);
	if (rc != ERR_OK)
		return rc;
	s = free_slot(c);
	*s = (struct slot){.tenant_id = dup_or_die(place->tenant_id),
	    .server = dup_or_die(place->server->id),
	    .database = dup_or_die(place->database),
	    .db = db};
	*out = s;
	return ERR_OK;
}

enum err
connections_find(struct ctx *cx, struct connections *c,
    const struct connection_place *place, struct db **out)
{
	struct slot *s;
	enum err rc = ERR_OK;

	connections_rest(c);
	s = slot_of(c, place->tenant_id);
	if (s != NULL &&
	    (strcmp(s->server, place->server->id) != 0 ||
		strcmp(s->database, place->database) != 0)) {
		slot_close(s);
		s = NULL;
	}
	if (s == NULL)
		rc = open_slot(cx, c, place, &s);
	if (rc != ERR_OK)
		return rc;
	s->used_ms = clock_mono_ms();
	s->turn = ++c->turns;
	*out = s->db;
	return ERR_OK;
}

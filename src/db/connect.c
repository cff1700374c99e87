/*
 * connect.c - see connect.h.
 *
 * libpq's own connect_timeout works only while it blocks, so hosts are tried here, one
 * at a time and each with its own limit: a host that hangs costs that much once, and
 * the next call starts with the one after it.
 */
#include "db/connect.h"

#include <poll.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"

enum { KEYWORDS_MAX = 64, HOSTS_MAX = 32 };

/* What libpq is given; values borrowed from the parsed options or the arena. */
struct keywords {
	const char *key[KEYWORDS_MAX + 1], *value[KEYWORDS_MAX + 1];
	int n;
};

static void
keywords_add(struct keywords *k, const char *key, const char *value)
{
	if (k->n < KEYWORDS_MAX) {
		k->key[k->n] = key;
		k->value[k->n++] = value;
	}
}

static const char *
option_get(const PQconninfoOption *options, const char *keyword)
{
	for (; options->keyword != NULL; options++)
		if (strcmp(options->keyword, keyword) == 0 && options->val != NULL)
			return options->val;
	return "";
}

static int
list_count(const char *list)
{
	int n = 1;

	for (; *list != '\0'; list++)
		n += *list == ',';
	return n;
}

/* The i-th piece of a comma-separated list; a list of one holds for all. */
static const char *
list_item(struct ctx *cx, const char *list, int i)
{
	if (list_count(list) == 1)
		return list;
	for (; i > 0 && (list = strchr(list, ',')) != NULL; i--)
		list++;
	if (list == NULL)
		return "";
	return slice_dup(cx->mem, (struct slice){list, strcspn(list, ",")});
}

/*
 * libpq's complaints quote pieces of a malformed URI, and a password with '@', '/' or
 * ':' in it ends up in the host or the port: nothing of it is repeated here.
 */
static bool
options_are_sane(const PQconninfoOption *options)
{
	const char *host = option_get(options, "host"),
		   *port = option_get(options, "port");
	int hosts = list_count(host), ports = list_count(port);

	if (strchr(host, '@') != NULL || strspn(port, "0123456789,") != strlen(port))
		return false;
	return hosts <= HOSTS_MAX &&
	    (ports == 1 || ports == hosts ||
		ports == list_count(option_get(options, "hostaddr")));
}

static PQconninfoOption *
options_parse(struct ctx *cx, const struct db *db)
{
	char *complaint = NULL;
	PQconninfoOption *options = PQconninfoParse(db->set.conninfo, &complaint);

	PQfreemem(complaint);
	if (options != NULL && options_are_sane(options))
		return options;
	PQconninfoFree(options);
	(void)err_set(&cx->err, ERR_CONFIG,
	    "the database's connection string cannot be "
	    "parsed (characters of a password must be percent-encoded in a URI)");
	return NULL;
}

static void
keywords_fill(struct ctx *cx, struct keywords *k, const struct db *db,
    const PQconninfoOption *options, int host)
{
	const PQconninfoOption *o;

	for (o = options; o->keyword != NULL; o++) {
		if (o->val == NULL || strcmp(o->keyword, "client_encoding") == 0)
			continue;
		if (host >= 0 &&
		    (strcmp(o->keyword, "host") == 0 ||
			strcmp(o->keyword, "hostaddr") == 0 ||
			strcmp(o->keyword, "port") == 0))
			keywords_add(k, o->keyword, list_item(cx, o->val, host));
		else
			keywords_add(k, o->keyword, o->val);
	}
	keywords_add(k, "client_encoding", "UTF8");
	if (!str_is_set(option_get(options, "application_name")))
		keywords_add(k, "application_name", db->set.application_name);
}

static void
notice_log(void *arg, const PGresult *res)
{
	struct db *db = arg;
	const char *severity = PQresultErrorField(res, PG_DIAG_SEVERITY_NONLOCALIZED);
	const char *state = PQresultErrorField(res, PG_DIAG_SQLSTATE);
	const char *text = PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY);
	char quoted[512];
	bool ends, warns;

	severity = severity == NULL ? "" : severity;
	ends = strcmp(severity, "FATAL") == 0 || strcmp(severity, "PANIC") == 0;
	warns = strcmp(severity, "WARNING") == 0;
	db->session_ends |= ends;
	log_event(warns ? LOG_WARNING : LOG_DEBUG, NULL, "db_notice",
	    "sqlstate=%s message=%s", state == NULL ? "" : state,
	    log_quote(quoted, sizeof(quoted), text == NULL ? "" : text));
}

static enum err
connect_failed(struct ctx *cx, const struct db *db, const char *password, bool late)
{
	const char *complaint = PQerrorMessage(db->pg);
	char line[256];

	link_first_line(line, sizeof(line), complaint);
	if (late)
		(void)err_set(&cx->err, ERR_UNAVAILABLE,
		    "could not connect to the database in time");
	else if (*password != '\0' && strstr(complaint, password) != NULL)
		(void)err_set(
		    &cx->err, ERR_UNAVAILABLE, "could not connect to the database");
	else
		(void)err_set(&cx->err, ERR_UNAVAILABLE,
		    "could not connect to the database: %s", line);
	cx->err.retry_after = 1;
	return ERR_UNAVAILABLE;
}

static enum err
connect_host(struct ctx *cx, struct db *db, const PQconninfoOption *options, int host)
{
	int64_t until = clock_mono_ms() + ctx_time_left(cx, db->set.connect_timeout_ms);
	const char *password = option_get(options, "password");
	PostgresPollingStatusType step = PGRES_POLLING_WRITING;
	struct keywords k = {.n = 0};

	keywords_fill(cx, &k, db, options, host);
	db->pg = PQconnectStartParams(k.key, k.value, 0);
	if (db->pg == NULL)
		return err_set(&cx->err, ERR_UNAVAILABLE, "out of memory to connect");
	PQsetNoticeReceiver(db->pg, notice_log, db);
	if (PQstatus(db->pg) == CONNECTION_BAD)
		return connect_failed(cx, db, password, false);
	while (step == PGRES_POLLING_READING || step == PGRES_POLLING_WRITING) {
		short events = step == PGRES_POLLING_READING ? POLLIN : POLLOUT;

		if (link_wait(db, events, until) == 0)
			return connect_failed(cx, db, password, true);
		step = PQconnectPoll(db->pg);
	}
	if (step != PGRES_POLLING_OK || PQsetnonblocking(db->pg, 1) != 0 ||
	    PQenterPipelineMode(db->pg) != 1)
		return connect_failed(cx, db, password, false);
	return ERR_OK;
}

enum err
connect_open(struct ctx *cx, struct db *db)
{
	PQconninfoOption *options = options_parse(cx, db);
	const char *hosts;
	int count;
	enum err rc = ERR_UNAVAILABLE;

	if (options == NULL)
		return ERR_CONFIG;
	hosts = option_get(options, "host");
	if (!str_is_set(hosts))
		hosts = option_get(options, "hostaddr");
	/* Only libpq can prefer a standby: it looks at every host twice. */
	count =
	    strcmp(option_get(options, "target_session_attrs"), "prefer-standby") == 0
	    ? 1
	    : list_count(hosts);
	for (int i = 0; i < count && rc != ERR_OK; i++) {
		if (i > 0 && ctx_time_left(cx, 1) == 0)
			break;
		db_drop(db);
		db->host %= count;
		rc = connect_host(cx, db, options, count > 1 ? db->host : -1);
		if (rc != ERR_OK)
			db->host++;
	}
	PQconninfoFree(options);
	return rc;
}

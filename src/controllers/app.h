/*
 * app.h - what a worker holds while it serves, and what a handler is given.
 *
 * Owner:    app: the worker process, made after the fork. call: the dispatcher.
 * Lifetime: app: of the worker. call: one request.
 * Threads:  one.
 * Failure:  app_new() records why it cannot serve (ERR_CONFIG).
 */
#ifndef TENANTD_CONTROLLERS_APP_H
#define TENANTD_CONTROLLERS_APP_H

#include "audit/audit.h"
#include "auth/auth.h"
#include "conf/conf.h"
#include "controllers/docs.h"
#include "controllers/routes.h"
#include "controllers/schemas.h"
#include "creation/creation.h"
#include "crypto/seal.h"
#include "db/db.h"
#include "flows/onboarding.h"
#include "http/cors.h"
#include "http/response.h"
#include "http/router.h"
#include "partner/partner.h"
#include "proc/ratelimit.h"
#include "proc/scoreboard.h"
#include "proc/slots.h"
#include "proc/wakeup.h"
#include "tenant/member.h"
#include "json/schema.h"

struct exchange;
struct keyring_pass;
struct standings;
struct tally;

struct app {
	const struct conf *conf;
	struct arena *mem;      /* lives as long as the worker */
	struct arena *call_mem; /* reset after each request */
	struct call *call;      /* the request at hand, or NULL */
	struct db *db;
	struct auth *auth;
	struct seal_keys *seal_keys;
	struct audit *audit;
	struct creation_means means;
	struct standings *standing; /* of tenants that tokens speak of */
	struct tally *calls;        /* of tenants, until they are written */
	const struct cors *cors;
	struct router *router;
	const struct schema *schemas[SCHEMA_COUNT]; /* in effect, of schema_set */
	const struct schema_set *schema_set;
	struct doc_texts docs;
	struct onboarding_settings onboarding;
	struct scoreboard *board;
	struct ratelimit *rates;
	struct wakeup *wakeup; /* of the job workers; NULL: nobody's */
	struct slots *hashes;  /* for people/hash.h; NULL: without a bound */
	struct slots *chats;   /* that run at once; NULL: without a bound */
	int slot;              /* of the scoreboard */
	bool alone;            /* there is no master */
	bool stale;            /* and it is to be made anew, of new settings */
	int64_t served;        /* requests since the start */
	uint64_t told_commits; /* transactions that job workers were told of */
	struct db_stats
	    reported; /* what the scoreboard has of the connection's figures */
};

struct call {
	struct ctx cx;
	struct request rq;
	struct response *rs;
	struct exchange *exchange;
	const struct route *route; /* NULL: none matched */
	struct slice params[ROUTER_PARAMS_MAX];
	struct principal who;    /* user "" for public and monitor routes */
	const struct json *body; /* NULL: none was sent */
	/* Whose affairs it is about, of rows for TENANT, VIEWER and MEMBER: also the
	 * context in which their data is read and changed. NULL: the platform's, or
	 * everybody's.
	 */
	const char *tenant_id;
	const struct tenant_member *member; /* of rows for MEMBER: that tenant */
	/* What the caller may do in it, role/scopes.h: of rows for TENANT, VIEWER and
	 * MEMBER. Nobody gives another what they do not have themselves. */
	unsigned scopes;
	bool platform; /* of rows for TENANT: they are above all tenants */
	const struct partner *partner;   /* of rows for PARTNER: who calls */
	const struct keyring_pass *pass; /* of the key that was shown; NULL: none */
	const char *stale_key; /* that was shown, and whose use is yet to be noted */
	bool answered;         /* by the gate: the tenant has another name by now */
	int64_t began_us;
	struct rate_answer rate; /* the tightest of the limits it was counted in */
	const char *metered;     /* whose API call it is; NULL: nobody's */
	/* Set by a handler that answers once: whose tenant the answer is about. Who may
	 * not use that tenant any more does not get the answer again. NULL: nobody's.
	 */
	const char *about_tenant;
	/* Set by a handler that answers once: run when what it did is committed; an
	 * answer from before does not set it. NULL: nothing is. */
	void (*committed)(struct app *app, struct call *call);
	size_t gate_headers; /* bytes of rs->headers before the handler ran */
};

/* What the processes of one master share; made before the fork. */
struct app_shared {
	bool alone;                       /* nobody: there is no master */
	const struct schema_set *schemas; /* of the settings; outlives the app */
	struct scoreboard *board;
	struct ratelimit *rates;
	struct wakeup *wakeup; /* NULL: alone, or a command */
	struct slots *hashes;  /* NULL: alone, or a command */
	struct slots *chats;   /* likewise */
};

/* Opens nothing but files: the database and the rest are connected to when needed. */
enum err app_new(struct ctx *cx, const struct conf *conf,
    const struct app_shared *shared, int slot, struct app **out) MUST_CHECK;
void app_free(struct app *app);

/* Serves on fd until told to stop, or, alone, until it is stale; the process's exit
 * status. */
int app_serve(struct app *app, int fd);
/* Answers the one request of a CGI server; the process's exit status. variables:
 * environ(7), as the server filled it. */
int app_serve_cgi(struct app *app, const char *const *variables);

#endif

/* doctor_outside.c - what the doctor finds beside settings and database. */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "auth/issuers.h"
#include "cli/doctor.h"
#include "http/cors.h"
#include "net/fetch.h"

enum { CONNECT_TIMEOUT_MS = 1000 };

/* -- who may call -- */

static void
check_issuer(struct doctor *d, const struct issuer *i)
{
	struct fetch_reply reply;
	struct jwks keys = {0};

	d->check = "issuer";
	if (i->jwks_url == NULL)
		return;
	if (fetch_get(d->cx, i->jwks_url, d->conf->jwks_timeout, JWKS_SIZE_MAX,
		&reply) != ERR_OK) {
		doctor_find_error(d,
		    "see that this host reaches it; until then its tokens are refused");
		return;
	}
	if (reply.status != 200)
		doctor_find(d, DOCTOR_BROKEN, "correct the issuer's address or pool id",
		    "\"%s\" answers with status %d where its keys should be", i->name,
		    reply.status);
	else if (jwks_parse(d->cx, reply.body, &keys) != ERR_OK)
		doctor_find_error(d, "correct the issuer's address");
	else if (keys.count == 0)
		doctor_find(d, DOCTOR_BROKEN, "ask the issuer for its keys",
		    "\"%s\" has no key that serves", i->name);
	else
		doctor_find(d, DOCTOR_OK, NULL, "\"%s\" has %zu keys that serve",
		    i->name, keys.count);
	jwks_fini(&keys);
}

static void
check_issuers(struct doctor *d)
{
	struct issuers all;

	d->check = "issuer";
	if (issuers_new(d->cx, d->conf, &all) != ERR_OK) {
		doctor_find_error(d, "see JWT_ISSUERS_FILE in tenantd.conf(5)");
		return;
	}
	for (size_t i = 0; i < all.count; i++)
		check_issuer(d, &all.list[i]);
	issuers_fini(&all);
}

static void
check_cors(struct doctor *d)
{
	const struct cors *cors;

	d->check = "cors";
	if (cors_new(d->cx, d->cx->mem, d->conf->cors_origins,
		d->conf->cors_credentials, &cors) != ERR_OK)
		doctor_find_error(d, "correct BACKEND_CORS_ORIGINS");
}

static void
check_cognito(struct doctor *d)
{
	const struct conf *c = d->conf;
	size_t region = strlen(c->aws_region);

	d->check = "cognito";
	if (!str_is_set(c->cognito_user_pool_id))
		return;
	if (strncmp(c->cognito_user_pool_id, c->aws_region, region) != 0 ||
	    c->cognito_user_pool_id[region] != '_')
		doctor_find(d, DOCTOR_WARNING,
		    "a pool's id begins with its region and \"_\": correct AWS_REGION "
		    "or "
		    "COGNITO_USER_POOL_ID",
		    "pool \"%s\" is not one of region \"%s\"", c->cognito_user_pool_id,
		    c->aws_region);
	if (!str_is_set(c->cognito_client_ids))
		doctor_find(d, DOCTOR_WARNING,
		    "list the app clients in COGNITO_CLIENT_IDS",
		    "tokens of every app client of the pool are taken");
	if (!str_is_set(c->aws_access_key_id))
		doctor_find(d, DOCTOR_WARNING,
		    "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
		    "without credentials no attributes can be written to the pool");
	if (str_is_set(c->cognito_endpoint))
		doctor_find(d, DOCTOR_WARNING,
		    "leave COGNITO_ENDPOINT out unless this is a test",
		    "it is asked at \"%s\", not at its public address",
		    c->cognito_endpoint);
}

/* -- the server -- */

/* Connects within CONNECT_TIMEOUT_MS; 0, or why not as errno. */
static int
try_connect(const struct sockaddr *address, socklen_t n)
{
	int fd =
	    socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct pollfd p = {.fd = fd, .events = POLLOUT};
	socklen_t size = sizeof(int);
	int why = 0;

	if (fd < 0)
		return errno;
	if (connect(fd, address, n) != 0)
		why = errno;
	if (why == EINPROGRESS) {
		why = ETIMEDOUT;
		if (poll(&p, 1, CONNECT_TIMEOUT_MS) == 1 &&
		    getsockopt(fd, SOL_SOCKET, SO_ERROR, &why, &size) != 0)
			why = errno;
	}
	close(fd);
	return why;
}

static int
try_path(const char *path)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};

	if (strlen(path) >= sizeof(sun.sun_path))
		return ENAMETOOLONG;
	memcpy(sun.sun_path, path, strlen(path) + 1);
	return try_connect((const struct sockaddr *)&sun, sizeof(sun));
}

/* HOST:PORT or [ADDRESS]:PORT. */
static int
try_host(struct ctx *cx, const char *address)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
	const char *colon = strrchr(address, ':');
	struct slice host = {address, (size_t)(colon - address)};
	struct addrinfo *list;
	int why = EADDRNOTAVAIL;

	if (host.n >= 2 && host.p[0] == '[' && host.p[host.n - 1] == ']')
		host = (struct slice){host.p + 1, host.n - 2};
	if (getaddrinfo(host.n > 0 ? slice_dup(cx->mem, host) : NULL, colon + 1, &hints,
		&list) != 0)
		return EADDRNOTAVAIL;
	for (const struct addrinfo *a = list; a != NULL && why != 0; a = a->ai_next)
		why = try_connect(a->ai_addr, a->ai_addrlen);
	freeaddrinfo(list);
	return why;
}

void
doctor_check_socket(struct doctor *d)
{
	const char *address = d->conf->listen;
	bool is_path = strchr(address, '/') != NULL || strchr(address, ':') == NULL;
	int why = is_path ? try_path(address) : try_host(d->cx, address);

	d->check = "server";
	if (why == 0)
		doctor_find(d, DOCTOR_OK, NULL, "it answers at \"%s\"", address);
	else if (why == EACCES)
		doctor_find(d, DOCTOR_WARNING,
		    "run the doctor, and the web server, as a member of the socket's "
		    "group",
		    "this user may not connect to \"%s\"", address);
	else
		doctor_find(d, DOCTOR_WARNING,
		    "start it: tenantd serve; nothing is wrong where the web server "
		    "spawns it or passes it a socket",
		    "nobody answers at \"%s\": %s", address, strerror(why));
}

void
doctor_check_outside(struct doctor *d)
{
	check_issuers(d);
	check_cors(d);
	check_cognito(d);
	doctor_check_stores(d);
	doctor_check_socket(d);
}

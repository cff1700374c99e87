/* setup_settings.c - the steps that need the settings alone: whether they are all
 * there, and which origins browsers may call from. */
#include <string.h>

#include "cli/setup.h"
#include "http/cors.h"

#define KEY_ADVICE "give it a value of its own: openssl rand -base64 48"

/* -- 1: settings -- */

/* What could not be loaded: each fault on its own. Whatever is merely not set is
 * missing. */
static void
find_faults(struct setup *s)
{
	struct ctx *cx = s->c->cx;

	if (cx->faults == NULL) {
		doctor_find_error(&s->d, "see tenantd.conf(5)");
		return;
	}
	for (const struct fault *f = cx->faults; f != NULL; f = f->next) {
		bool missing = strcmp(f->keyword, "required") == 0,
		     key = strstr(f->pointer, "SECRET_KEY") != NULL;

		doctor_find(&s->d, missing ? DOCTOR_MISSING : DOCTOR_BROKEN,
		    missing && key ? KEY_ADVICE : "see tenantd.conf(5)", "%s",
		    f->message);
	}
	ctx_clear(cx);
}

/* With what is missing for the server alone one can still look further. */
static bool
load(struct setup *s)
{
	struct cli *c = s->c;

	s->whole = conf_load(c->cx, c->config_path, c->environ_, &s->conf) == ERR_OK;
	if (!s->whole) {
		find_faults(s);
		s->change = false;
		if (conf_load_for(c->cx, CONF_FOR_DATABASE, c->config_path, c->environ_,
			&s->conf) != ERR_OK) {
			ctx_clear(c->cx);
			return false;
		}
	}
	s->d.conf = s->conf;
	return true;
}

static void
check_registration(struct setup *s)
{
	const struct conf *c = s->conf;
	bool url = str_is_set(c->account_url);

	if (strcmp(c->email_verification, "required") != 0 ||
	    (url && str_is_set(c->smtp_url)))
		return;
	doctor_find(&s->d, DOCTOR_WARNING,
	    "set ACCOUNT_URL, SMTP_URL and MAIL_FROM; or, where addresses need no "
	    "proof, EMAIL_VERIFICATION=off",
	    "%s is not set, and EMAIL_VERIFICATION is required: who registers gets no "
	    "mail to confirm the address with",
	    url ? "SMTP_URL" : "ACCOUNT_URL");
}

static void
check_given(struct setup *s)
{
	const struct conf *c = s->conf;

	if (!doctor_names_database(&s->d))
		doctor_find(&s->d, DOCTOR_MISSING,
		    "set it to postgresql://ROLE:PASSWORD@HOST/DATABASE",
		    "DATABASE_URL: is not set");
	if (s->whole && !str_is_set(c->jwt_secret_key))
		doctor_find(&s->d, DOCTOR_WARNING, KEY_ADVICE,
		    "JWT_SECRET_KEY is not set: nobody signs in here, but with the "
		    "issuers that are set alone");
	if (!str_is_set(c->openai_api_key))
		doctor_find(&s->d, DOCTOR_WARNING,
		    "set it to the key of the language model",
		    "OPENAI_API_KEY is not set: POST /api/chat answers nobody");
	check_registration(s);
}

void
setup_settings(struct setup *s)
{
	if (!load(s))
		return;
	doctor_check_settings(&s->d);
	check_given(s);
}

/* -- 7: origins -- */

/* The origin of a URL: all before its path. */
static const char *
origin_of(struct setup *s, const char *url)
{
	const char *host = strstr(url, "://") + 3;

	return slice_dup(s->c->cx->mem,
	    (struct slice){url, (size_t)(host - url) + strcspn(host, "/?#")});
}

/* Whether pages of that origin may call; why: whose it is. */
static void
check_origin(
    struct setup *s, const struct cors *cors, const char *origin, const char *why)
{
	struct ctx *cx = s->c->cx;
	bool asked = s->origin == origin;
	const struct cors *wanted;

	if (cors_new(cx, cx->mem, origin, false, &wanted) != ERR_OK)
		doctor_find_error(
		    &s->d, "name it as browsers do: https://HOST or https://HOST:PORT");
	else if (!cors_covers(cors, wanted))
		doctor_find(&s->d, asked ? DOCTOR_MISSING : DOCTOR_WARNING,
		    arena_printf(cx->mem,
			"add it to BACKEND_CORS_ORIGINS and reload the settings "
			"(SIGHUP)%s",
			asked ? "" : ", unless the same host answers for both"),
		    "\"%s\"%s is not listed: browsers do not let its pages call",
		    origin, why);
	else
		doctor_find(&s->d, DOCTOR_OK, NULL, "\"%s\"%s is listed", origin, why);
}

void
setup_origins(struct setup *s)
{
	const struct conf *c = s->conf;
	struct ctx *cx = s->c->cx;
	const struct cors *cors;

	if (cors_new(cx, cx->mem, c->cors_origins, c->cors_credentials, &cors) !=
	    ERR_OK) {
		doctor_find_error(&s->d, "correct BACKEND_CORS_ORIGINS");
		return;
	}
	if (str_is_set(c->cors_origins))
		doctor_find(&s->d, DOCTOR_OK, NULL, "browsers may call from %s",
		    c->cors_origins);
	else
		doctor_find(&s->d, DOCTOR_WARNING,
		    "set it to where the front end is shown: "
		    "BACKEND_CORS_ORIGINS=https://app.example",
		    "BACKEND_CORS_ORIGINS is not set: browsers may call from the "
		    "server's own origin alone");
	if (s->origin != NULL)
		check_origin(s, cors, s->origin, "");
	if (str_is_set(c->account_url) && str_is_set(c->cors_origins))
		check_origin(
		    s, cors, origin_of(s, c->account_url), ", of ACCOUNT_URL,");
}

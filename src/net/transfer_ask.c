/* transfer_ask.c - see transfer_state.h: what is sent, to whom. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/reach.h"
#include "net/sigv4.h"
#include "net/transfer_state.h"
#include "net/url.h"

enum { SIGNED_MAX = 24 }; /* fields of one request to AWS */

static bool
is_method(const char *method)
{
	static const char *const known[] = {
	    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"};

	for (size_t i = 0; method != NULL && i < COUNT_OF(known); i++)
		if (strcmp(method, known[i]) == 0)
			return true;
	return false;
}

/* Fields that frame the message or choose its receiver. */
static bool
is_ours(struct slice name)
{
	static const char *const ours[] = {"Connection", "Content-Length", "Expect",
	    "Host", "Keep-Alive", "TE", "Trailer", "Transfer-Encoding", "Upgrade"};

	for (size_t i = 0; i < COUNT_OF(ours); i++)
		if (slice_eq_ci(name, ours[i]))
			return true;
	return false;
}

static bool
has_control(const char *s)
{
	for (; *s != '\0'; s++)
		if (((unsigned char)*s < ' ' && *s != '\t') || *s == 0x7f)
			return true;
	return false;
}

static bool
cut_name(const char *field, struct slice *name)
{
	struct slice rest = slice_of(field);

	return slice_cut(&rest, ':', name) && rest.p != NULL && str_is_token(*name);
}

/* RFC 9110 5.5: a line end would begin another field. */
static const char *
check_fields(const char *const *fields)
{
	struct slice name;

	for (; fields != NULL && *fields != NULL; fields++) {
		if (has_control(*fields))
			return "a header holds a control character";
		if (!cut_name(*fields, &name))
			return "a header is not of the form \"Name: value\"";
		if (is_ours(name))
			return "a header is not the sender's to choose";
	}
	return NULL;
}

/* RFC 5321 4.1.2, as far as it could become another command. */
static bool
is_path(const char *address)
{
	return !has_control(address) && strpbrk(address, " \t<>") == NULL;
}

static const char *
check_mail(const struct transfer_mail *mail, const struct url *u)
{
	const char *scheme = mail->tls == TRANSFER_TLS_AT_ONCE ? "smtps" : "smtp";

	if (mail->tls == TRANSFER_TLS_UNSET || !slice_eq(u->scheme, scheme))
		return "the mail server's URL has another scheme than its TLS";
	if (mail->recipients == NULL || mail->recipients[0] == NULL)
		return "the mail has no recipient";
	if (!is_path(mail->from))
		return "the sender's address cannot be sent";
	for (const char *const *to = mail->recipients; *to != NULL; to++)
		if (!is_path(*to) || **to == '\0')
			return "a recipient's address cannot be sent";
	return NULL;
}

static const char *
check_place(struct ctx *cx, const struct transfer_request *rq, struct url *u)
{
	const char *why;

	if (rq->reach == TRANSFER_TO_PUBLIC && rq->mail == NULL) {
		if (reach_check_url(cx, rq->url, rq->allow) == ERR_OK)
			return NULL;
		why = arena_strdup(cx->mem, cx->err.detail);
		err_clear(&cx->err);
		return why;
	}
	if (rq->reach != TRANSFER_TO_OPERATORS)
		return "nobody said what may be reached";
	why = url_parse(rq->url, rq->mail != NULL ? "smtp|smtps" : "https|http", u);
	return why == NULL ? NULL : arena_printf(cx->mem, "the URL %s", why);
}

const char *
transfer_refuse(struct ctx *cx, const struct transfer_request *rq)
{
	struct url u;
	const char *why = check_place(cx, rq, &u);

	if (why != NULL)
		return why;
	if (rq->mail != NULL)
		return check_mail(rq->mail, &u);
	if (!is_method(rq->method))
		return "the method is not known";
	if (rq->aws != NULL &&
	    (!str_is_token(slice_of(rq->aws->region)) ||
		!str_is_token(slice_of(rq->aws->service))))
		return "the region or service is no name";
	return check_fields(rq->headers);
}

/* Whoever names a host is not told what address it has: our name server may know more
 * than they do. */
static bool
is_literal(const char *url)
{
	struct url u;

	return url_parse(url, "https|http", &u) == NULL && u.literal;
}

/*
 * The last word on where a transfer goes: of the address that is connected to, whatever
 * a name server said before. Connections to the public are used once, so that each
 * transfer comes through here.
 */
static curl_socket_t
open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct transfer *t = arg;
	char text[ADDRESS_TEXT_SIZE];
	const char *why = NULL;
	struct address a;

	if (purpose != CURLSOCKTYPE_IPCXN || !address_of_socket(&to->addr, &a))
		return CURL_SOCKET_BAD;
	if (t->reach != TRANSFER_TO_OPERATORS)
		why = reach_judge(&a, t->allow, t->plain);
	if (why == NULL) {
		t->tried++;
		return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
	}
	if (t->refusal[0] == '\0' && t->literal)
		snprintf(t->refusal, sizeof(t->refusal), "address %s is refused (%s)",
		    address_text(&a, text), why);
	else if (t->refusal[0] == '\0')
		snprintf(t->refusal, sizeof(t->refusal),
		    "the host's address is refused (%s)", why);
	return CURL_SOCKET_BAD;
}

static size_t
give_mail(char *p, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;
	size_t most = size * n, k = t->unsent.n < most ? t->unsent.n : most;

	if (k > 0)
		memcpy(p, t->unsent.p, k);
	t->unsent.p += k;
	t->unsent.n -= k;
	return k;
}

/* Options that could not be set would leave a default in force that is not wanted. */
#define SET(option, value)                                                             \
	if (rc == CURLE_OK)                                                            \
	rc = curl_easy_setopt(t->c, CURLOPT_##option, (value))

static CURLcode
set_place(struct transfer *t, const struct transfer_request *rq)
{
	const char *url = rq->url;
	CURLcode rc = CURLE_OK;

	SET(URL, url);
#if LIBCURL_VERSION_NUM >= 0x075500
	SET(PROTOCOLS_STR, t->mail ? "smtp,smtps" : "http,https");
#else
	SET(PROTOCOLS,
	    (long)(t->mail ? CURLPROTO_SMTP | CURLPROTO_SMTPS
			   : CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
	SET(FOLLOWLOCATION, 0L);
	SET(PROXY, "");
	SET(OPENSOCKETFUNCTION, open_socket);
	SET(OPENSOCKETDATA, t);
	if (t->reach != TRANSFER_TO_OPERATORS) {
		SET(FRESH_CONNECT, 1L);
		SET(FORBID_REUSE, 1L);
	}
	SET(SSL_VERIFYPEER, 1L);
	SET(SSL_VERIFYHOST, 2L);
	if (rq->ca_file != NULL)
		SET(CAINFO, rq->ca_file);
	SET(NOSIGNAL, 1L);
	SET(TIMEOUT_MS, (long)t->timeout_ms);
	SET(CONNECTTIMEOUT_MS, (long)t->timeout_ms);
	/* A name server that is silent holds up nobody else. */
#if LIBCURL_VERSION_NUM >= 0x075700
	SET(QUICK_EXIT, 1L);
#endif
	return rc;
}

static bool
add(struct curl_slist **list, const char *text)
{
	struct curl_slist *longer = curl_slist_append(*list, text);

	if (longer != NULL)
		*list = longer;
	return longer != NULL;
}

/* To libcurl, "Name:" is a field to leave out, and "Name;" one without a value. */
static bool
add_field(struct transfer *t, const char *field)
{
	struct slice name, rest = slice_of(field);

	return slice_cut(&rest, ':', &name) && slice_trim(rest).n > 0
	    ? add(&t->fields, field)
	    : add(&t->fields, arena_printf(t->mem, "%.*s;", (int)name.n, name.p));
}

static CURLcode
set_fields(struct transfer *t, const struct transfer_request *rq)
{
	bool typed = false, good = true;
	struct slice name;

	for (const char *const *f = rq->headers; f != NULL && *f != NULL; f++) {
		good = good && add_field(t, *f);
		typed =
		    typed || (cut_name(*f, &name) && slice_eq_ci(name, "Content-Type"));
	}
	/* Or libcurl would say that it is a form. */
	if (rq->body.n > 0 && !typed)
		good =
		    good && add(&t->fields, "Content-Type: application/octet-stream");
	return good ? curl_easy_setopt(t->c, CURLOPT_HTTPHEADER, t->fields)
		    : CURLE_OUT_OF_MEMORY;
}

/* Signs all fields that were added, and adds those of the signature. The path goes out
 * as it was signed. */
static CURLcode
set_signature(struct transfer *t, const struct transfer_request *rq)
{
	const struct sigv4_signer who = {.region = rq->aws->region,
	    .service = rq->aws->service,
	    .key_id = rq->aws->key_id,
	    .secret = rq->aws->secret,
	    .now_s = clock_wall_s()};
	const char *fields[SIGNED_MAX + 1] = {NULL};
	struct sigv4_fields more;
	CURLcode rc = CURLE_OK;
	size_t n = 0;

	for (const struct curl_slist *f = t->fields; f != NULL && n < SIGNED_MAX;
	     f = f->next)
		fields[n++] = f->data;
	if (!sigv4_sign(t->mem, &who,
		&(const struct sigv4_request){rq->method, rq->url, fields, rq->body},
		&more))
		return CURLE_BAD_FUNCTION_ARGUMENT;
	for (n = 0; more.list[n] != NULL; n++)
		if (!add(&t->fields, more.list[n]))
			return CURLE_OUT_OF_MEMORY;
	SET(PATH_AS_IS, 1L);
	SET(HTTPHEADER, t->fields);
	return rc;
}

static CURLcode
set_http(struct transfer *t, const struct transfer_request *rq)
{
	bool head = strcmp(rq->method, "HEAD") == 0;
	bool body = rq->body.n > 0 ||
	    (!head && strcmp(rq->method, "GET") != 0 &&
		strcmp(rq->method, "DELETE") != 0);
	CURLcode rc = set_fields(t, rq);

	SET(HTTP_VERSION, CURL_HTTP_VERSION_1_1);
	SET(USERAGENT, "tenantd");
	if (body) {
		SET(POSTFIELDSIZE_LARGE, (curl_off_t)rq->body.n);
		SET(POSTFIELDS, rq->body.n > 0 ? rq->body.p : "");
	} else {
		SET(HTTPGET, 1L);
		SET(NOBODY, head ? 1L : 0L);
	}
	SET(CUSTOMREQUEST, rq->method);
	if (rc == CURLE_OK && rq->aws != NULL)
		rc = set_signature(t, rq);
	return rc;
}

static CURLcode
set_mail(struct transfer *t, const struct transfer_request *rq)
{
	const struct transfer_mail *mail = rq->mail;
	CURLcode rc = CURLE_OK;

	for (const char *const *to = mail->recipients; *to != NULL; to++)
		if (!add(&t->recipients, arena_printf(t->mem, "<%s>", *to)))
			return CURLE_OUT_OF_MEMORY;
	t->unsent = rq->body;
	SET(MAIL_FROM, arena_printf(t->mem, "<%s>", mail->from));
	SET(MAIL_RCPT, t->recipients);
	SET(UPLOAD, 1L);
	SET(READFUNCTION, give_mail);
	SET(READDATA, t);
	SET(INFILESIZE_LARGE, (curl_off_t)rq->body.n);
	SET(USE_SSL,
	    (long)(mail->tls == TRANSFER_TLS_STARTTLS ? CURLUSESSL_ALL
						      : CURLUSESSL_NONE));
	if (mail->user != NULL) {
		SET(USERNAME, mail->user);
		SET(PASSWORD, mail->password);
	}
	/* Also for QUIT, which libcurl waits for. */
	SET(SERVER_RESPONSE_TIMEOUT, (long)(t->timeout_ms + 999) / 1000);
	return rc;
}

CURLcode
transfer_ask(struct transfer *t, const struct transfer_request *rq)
{
	CURLcode rc = CURLE_OK;

	t->reach = rq->reach;
	t->allow = rq->allow;
	t->mail = rq->mail != NULL;
	t->plain = strncmp(rq->url, "http://", 7) == 0;
	t->literal = is_literal(rq->url);
	t->reply_max = rq->reply_max;
	t->sink = rq->sink;
	t->sink_arg = rq->sink_arg;
	SET(ERRORBUFFER, t->why);
	SET(PRIVATE, t);
	if (rc == CURLE_OK)
		rc = set_place(t, rq);
	if (rc == CURLE_OK)
		rc = rq->mail != NULL ? set_mail(t, rq) : set_http(t, rq);
	return rc == CURLE_OK ? transfer_hear(t) : rc;
}

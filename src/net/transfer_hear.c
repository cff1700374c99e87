/* transfer_hear.c - see transfer_state.h: what comes back, or why nothing does. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "net/transfer_state.h"

enum { HEAD_MAX = 32 * 1024, SAID_MAX = 200 };

/* A line at a time. Heads of interim replies are forgotten, but counted. */
static size_t
take_head(char *p, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;
	size_t k = size * n;

	t->head_seen += k;
	if (t->head_seen > HEAD_MAX) {
		t->head_long = true;
		return 0;
	}
	if (!t->mail && k >= 5 && memcmp(p, "HTTP/", 5) == 0)
		t->head.n = 0;
	if (t->body_seen > 0 || (k <= 2 && (p[0] == '\r' || p[0] == '\n')))
		return k; /* a trailer, or the end */
	buf_put(&t->head, p, k);
	t->no_memory = t->no_memory || t->head.failed;
	return t->no_memory ? 0 : k;
}

/* What is no success is kept: it tells why. */
static bool
is_for_sink(const struct transfer *t)
{
	long status = 0;

	return t->sink != NULL &&
	    curl_easy_getinfo(t->c, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK &&
	    status / 100 == 2;
}

/* To end a transfer early is to take less than was given. */
static size_t
take_body(char *p, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;
	size_t k = size * n, room = t->reply_max - t->body_seen;
	const struct slice piece = {p, k < room ? k : room};

	t->body_seen += piece.n;
	t->reply.body_cut = k > room;
	if (is_for_sink(t)) {
		t->reply.body_cut = !t->sink(t->sink_arg, piece) || t->reply.body_cut;
		return t->reply.body_cut ? 0 : k;
	}
	buf_put(&t->body, p, piece.n);
	t->no_memory = t->no_memory || t->body.failed;
	return k > room || t->no_memory ? 0 : k;
}

CURLcode
transfer_hear(struct transfer *t)
{
	CURLcode rc;

	buf_init(&t->head, t->mem, HEAD_MAX);
	buf_init(&t->body, t->mem, t->reply_max);
	rc = curl_easy_setopt(t->c, CURLOPT_HEADERFUNCTION, take_head);
	if (rc == CURLE_OK)
		rc = curl_easy_setopt(t->c, CURLOPT_HEADERDATA, t);
	if (rc == CURLE_OK)
		rc = curl_easy_setopt(t->c, CURLOPT_WRITEFUNCTION, take_body);
	if (rc == CURLE_OK)
		rc = curl_easy_setopt(t->c, CURLOPT_WRITEDATA, t);
	return rc;
}

static int64_t
until(const struct transfer *t, CURLINFO what)
{
	curl_off_t us = 0;

	return curl_easy_getinfo(t->c, what, &us) == CURLE_OK ? us : 0;
}

static void
take_facts(struct transfer *t)
{
	struct transfer_reply *r = &t->reply;
	const char *address = NULL;
	long status = 0;

	if (curl_easy_getinfo(t->c, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK)
		r->status = (int)status;
	if (curl_easy_getinfo(t->c, CURLINFO_PRIMARY_IP, &address) == CURLE_OK &&
	    address != NULL)
		r->address = arena_strdup(t->mem, address);
	r->name_us = until(t, CURLINFO_NAMELOOKUP_TIME_T);
	r->connect_us = until(t, CURLINFO_CONNECT_TIME_T);
	r->tls_us = until(t, CURLINFO_APPCONNECT_TIME_T);
	r->first_byte_us = until(t, CURLINFO_STARTTRANSFER_TIME_T);
	r->total_us = until(t, CURLINFO_TOTAL_TIME_T);
	r->headers = (struct slice){buf_text(&t->head), t->head.n};
	r->body = (struct slice){buf_text(&t->body), t->body.n};
}

/* The last that a mail server said with that code, as what may be shown. */
static const char *
what_was_said(const struct transfer *t)
{
	struct slice rest = t->reply.headers, line, last = {"", 0};
	const char *code = arena_printf(t->mem, "%d", t->reply.status);
	const size_t n = strlen(code);
	char *said;

	while (slice_cut(&rest, '\n', &line))
		if (line.n > n && memcmp(line.p, code, n) == 0)
			last = line;
	while (last.n > 0 && last.p[last.n - 1] == '\r')
		last.n--;
	if (last.n > SAID_MAX)
		last.n = SAID_MAX;
	said = slice_dup(t->mem, last);
	for (char *p = said; *p != '\0'; p++)
		if (*p < ' ' || *p > '~')
			*p = '?';
	return arena_printf(t->mem, "the mail server said \"%s\"", said);
}

/* What was waited for. */
static const char *
missing(const struct transfer *t)
{
	const struct transfer_reply *r = &t->reply;

	if (r->address[0] == '\0')
		return r->name_us == 0 ? "no address for the host's name"
				       : "no connection";
	/* libcurl takes some times only when TLS is agreed, and none of a connection
	 * that was there */
	if (t->tried > 0 && r->connect_us == 0)
		return "no TLS";
	return r->first_byte_us == 0 ? "no reply" : "no end of the reply";
}

static const char *
explain_timeout(const struct transfer *t)
{
	return arena_printf(t->mem, "%s within %d ms", missing(t), t->timeout_ms);
}

static const char *
explain_connect(const struct transfer *t)
{
	long number = 0;

	(void)curl_easy_getinfo(t->c, CURLINFO_OS_ERRNO, &number);
	if (number == 0)
		return "could not connect";
	return arena_printf(t->mem, "could not connect: %s", strerror((int)number));
}

static const char *
explain(const struct transfer *t, CURLcode rc)
{
	switch (rc) {
	case CURLE_COULDNT_RESOLVE_HOST:
		return "the host's name has no address";
	case CURLE_COULDNT_CONNECT:
		return explain_connect(t);
	case CURLE_OPERATION_TIMEDOUT:
		return explain_timeout(t);
	case CURLE_GOT_NOTHING:
		return "the connection was closed without a reply";
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
		return "the connection broke";
	case CURLE_PARTIAL_FILE:
		return "the reply ended early";
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_WEIRD_SERVER_REPLY:
		return "the reply cannot be read";
	case CURLE_USE_SSL_FAILED:
		return "the mail server has no STARTTLS";
	case CURLE_LOGIN_DENIED:
		return "the mail server refused the user and password";
	default:
		return t->why[0] != '\0' ? arena_strdup(t->mem, t->why)
					 : curl_easy_strerror(rc);
	}
}

/* Whether the far side said all that it had to say. */
static bool
is_whole(const struct transfer *t, CURLcode rc)
{
	if (t->head_long || t->no_memory)
		return false;
	return rc == CURLE_OK || t->reply.body_cut ||
	    (t->mail && t->reply.status >= 400);
}

void
transfer_heard(struct transfer *t, CURLcode rc)
{
	struct transfer_reply *r = &t->reply;

	take_facts(t);
	r->answered = is_whole(t, rc);
	if (r->answered)
		r->reason = rc != CURLE_OK && t->mail ? what_was_said(t) : NULL;
	else if (t->tried == 0 && t->refusal[0] != '\0') {
		r->refused = true;
		r->reason = t->refusal;
	} else if (t->head_long)
		r->reason = "the reply's headers are too long";
	else if (t->no_memory)
		r->reason = "the reply is too large for the memory that is left";
	else
		r->reason = explain(t, rc);
}

struct slice
transfer_header(const struct transfer_reply *reply, const char *name)
{
	struct slice rest = reply->headers, line, key;

	while (slice_cut(&rest, '\n', &line)) {
		if (line.n > 0 && line.p[line.n - 1] == '\r')
			line.n--;
		if (slice_cut(&line, ':', &key) && slice_eq_ci(key, name) &&
		    line.p != NULL)
			return slice_trim(line);
	}
	return (struct slice){NULL, 0};
}

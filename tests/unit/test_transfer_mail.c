#include "unit.h"

#include "asking.h"
#include "peer.h"

static struct peer *post;

/* -- a mail server; it does not know "nobody", nor anybody who signs in as "guest" --
 */

static const char *
mail_reply(const char *line)
{
	if (strncmp(line, "EHLO", 4) == 0)
		return "250-post\r\n250-AUTH PLAIN\r\n250 8BITMIME\r\n";
	if (strncmp(line, "AUTH", 4) == 0)
		return "334 \r\n";
	if (strncmp(line, "AGd1ZXN0", 8) == 0) /* "\0guest" */
		return "535 5.7.8 no\r\n";
	if (strncmp(line, "AG", 2) == 0)
		return "235 2.7.0 welcome\r\n";
	if (strstr(line, "nobody") != NULL)
		return "550 5.1.1 \"nobody\" is \xff not here\r\n";
	if (strncmp(line, "DATA", 4) == 0)
		return "354 go on\r\n";
	if (strncmp(line, "QUIT", 4) == 0)
		return "221 bye\r\n";
	return "250 ok\r\n";
}

static void
serve_mail(struct peer *p, int fd)
{
	static struct peer_text t;
	size_t at = 0;
	bool data;

	peer_say(fd, "220 post ESMTP\r\n");
	while (peer_hear(&t, fd, at, "\r\n")) {
		const char *line = t.p + at;

		data = strncmp(line, "DATA", 4) == 0;
		at = (size_t)(strstr(line, "\r\n") + 2 - t.p);
		peer_publish(p, &t);
		peer_say(fd, mail_reply(line));
		if (!data)
			continue;
		if (!peer_hear(&t, fd, at, "\r\n.\r\n"))
			return;
		at = (size_t)(strstr(t.p + at, "\r\n.\r\n") + 5 - t.p);
		peer_publish(p, &t);
		peer_say(fd, "250 2.0.0 queued\r\n");
	}
}

/* -- mail -- */

static const struct transfer_reply *
send_mail(struct ctx *cx, struct transfer_mail mail)
{
	struct transfer_request rq = {
	    .url =
		arena_printf(cx->mem, "smtp://127.0.0.1:%d/here.example", post->port),
	    .body = slice_of("Subject: x\r\n\r\n.dot\r\nend\r\n"),
	    .timeout_ms = LONG_MS,
	    .reach = TRANSFER_TO_OPERATORS,
	    .mail = &mail};

	return ask(cx, &rq);
}

static void
a_mail_is_handed_over(void **state)
{
	static const char *const to[] = {"b@ex.test", "c@ex.test", NULL};
	const struct transfer_reply *r = send_mail(*state,
	    (struct transfer_mail){.from = "a@ex.test",
		.recipients = to,
		.tls = TRANSFER_TLS_OFF,
		.user = "me",
		.password = "pw"});

	assert_true(r->answered);
	assert_null(r->reason);
	assert_int_equal(r->status, 250);
	assert_non_null(strstr(post->heard, "EHLO here.example\r\n"));
	assert_non_null(strstr(post->heard, "AG1lAHB3\r\n"));
	assert_non_null(strstr(post->heard, "MAIL FROM:<a@ex.test>"));
	assert_non_null(strstr(post->heard, "RCPT TO:<b@ex.test>\r\n"));
	assert_non_null(strstr(post->heard, "RCPT TO:<c@ex.test>\r\n"));
	assert_non_null(strstr(post->heard, "Subject: x\r\n\r\n..dot\r\nend\r\n.\r\n"));
}

static void
what_the_mail_server_says_is_told(void **state)
{
	static const char *const to[] = {"b@ex.test", "nobody@ex.test", NULL};
	struct transfer_mail mail = {
	    .from = "", .recipients = to, .tls = TRANSFER_TLS_OFF};
	const struct transfer_reply *r = send_mail(*state, mail);

	assert_true(r->answered);
	assert_int_equal(r->status, 550);
	assert_string_equal(
	    r->reason, "the mail server said \"550 5.1.1 \"nobody\" is ? not here\"");
	assert_non_null(strstr(post->heard, "MAIL FROM:<>"));
	assert_null(strstr(post->heard, "DATA"));
	mail.user = "guest";
	mail.password = "pw";
	r = send_mail(*state, mail);
	assert_int_equal(r->status, 535);
	assert_null(strstr(post->heard, "MAIL"));
}

static void
no_mail_goes_where_it_should_not(void **state)
{
	static const char *const to[] = {"b@ex.test", NULL};
	static const char *const nobody[] = {NULL};
	static const char *const bad[] = {"b@ex.test>\r\nRSET", "b@ex.test\nX",
	    "<b@ex.test>", "b@ex.test NOTIFY=NEVER", "", NULL};
	const struct transfer_mail good = {
	    .from = "a@ex.test", .recipients = to, .tls = TRANSFER_TLS_STARTTLS};
	struct transfer_mail mail = good;
	struct transfer_request rq = {.url = "smtp://127.0.0.1/",
	    .timeout_ms = LONG_MS,
	    .reach = TRANSFER_TO_PUBLIC,
	    .mail = &mail};

	is_refused(ask(*state, &rq), "nobody said what may be reached");
	fails(send_mail(*state, mail), "the mail server has no STARTTLS");
	assert_null(strstr(post->heard, "MAIL"));
	mail.tls = TRANSFER_TLS_UNSET;
	is_refused(send_mail(*state, mail),
	    "the mail server's URL has another scheme than its TLS");
	mail.tls = TRANSFER_TLS_AT_ONCE;
	is_refused(send_mail(*state, mail),
	    "the mail server's URL has another scheme than its TLS");
	mail = good;
	mail.recipients = nobody;
	is_refused(send_mail(*state, mail), "the mail has no recipient");
	mail = good;
	mail.from = bad[0];
	is_refused(send_mail(*state, mail), "the sender's address cannot be sent");
	mail = good;
	for (const char *const *p = bad; *p != NULL; p++) {
		const char *one[] = {*p, NULL};

		mail.recipients = one;
		is_refused(
		    send_mail(*state, mail), "a recipient's address cannot be sent");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    UNIT_CTX_TEST(a_mail_is_handed_over),
	    UNIT_CTX_TEST(what_the_mail_server_says_is_told),
	    UNIT_CTX_TEST(no_mail_goes_where_it_should_not),
	};
	int failed;

	post = peer_start(serve_mail);
	failed = UNIT_RUN(tests);
	peer_stop(post);
	return failed;
}

/* wire.c - see wire.h. */
#include "http/wire.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "base/clock.h"

enum { STAY_MS = 100 }; /* between two looks at whether a send goes on */

void
wire_init(struct wire *w, int timeout_ms)
{
	w->fd = -1;
	w->timeout_ms = timeout_ms;
	records_init(&w->records);
	buf_init(&w->head, NULL, RECORD_CONTENT_MAX);
}

void
wire_fini(struct wire *w)
{
	records_fini(&w->records);
	buf_fini(&w->head);
}

void
wire_open(struct wire *w, int fd)
{
	w->fd = fd;
	records_open(&w->records);
}

/* *until_ms is 0 at first, and set when time first matters: mostly all is there. */
static int
time_left(const struct wire *w, int64_t *until_ms)
{
	int64_t now = clock_mono_ms();

	if (*until_ms == 0)
		*until_ms = now + w->timeout_ms;
	return now < *until_ms ? (int)(*until_ms - now) : 0;
}

static bool
wait_ready(const struct wire *w, short what, int64_t *until_ms)
{
	struct pollfd p = {.fd = w->fd, .events = what};
	int left = time_left(w, until_ms), n = left > 0 ? poll(&p, 1, left) : 0;

	return n > 0 || (n < 0 && errno == EINTR);
}

bool
wire_peer_gone(const struct exchange *x)
{
	const struct wire *w = x->source;
	struct pollfd p = {.fd = w->fd, .events = POLLRDHUP};

	return poll(&p, 1, 0) > 0;
}

/* Until more can be sent. x NULL: nobody is asked whether it is still worth it. */
static bool
wait_room(const struct wire *w, const struct exchange *x, int64_t *until_ms)
{
	struct pollfd p = {.fd = w->fd, .events = POLLOUT};

	if (x == NULL || x->stay == NULL)
		return wait_ready(w, POLLOUT, until_ms);
	while (x->stay(x->stay_arg)) {
		const int left = time_left(w, until_ms);
		const int n = poll(&p, 1, left < STAY_MS ? left : STAY_MS);

		if (n > 0 || (n < 0 && errno == EINTR))
			return true;
		if (n < 0 || left == 0)
			return false;
	}
	return false;
}

/* Bytes on their way out. */
struct load {
	struct iovec *v;
	size_t count;
};

/* All of it, or false: closed, broken or late. until 0: within w->timeout_ms. */
static bool
send_all(
    const struct wire *w, const struct exchange *x, struct load load, int64_t until)
{
	struct msghdr m = {.msg_iov = load.v, .msg_iovlen = load.count};

	while (m.msg_iovlen > 0) {
		ssize_t n = sendmsg(w->fd, &m, MSG_DONTWAIT | MSG_NOSIGNAL);
		size_t sent = n > 0 ? (size_t)n : 0;

		if (n < 0 && errno != EINTR &&
		    (errno != EAGAIN || !wait_room(w, x, &until)))
			return false;
		for (; m.msg_iovlen > 0 && sent >= m.msg_iov->iov_len; m.msg_iovlen--)
			sent -= m.msg_iov++->iov_len;
		if (m.msg_iovlen > 0) {
			m.msg_iov->iov_base = (char *)m.msg_iov->iov_base + sent;
			m.msg_iov->iov_len -= sent;
		}
	}
	return true;
}

static bool
send_reply(struct wire *w)
{
	struct buf *reply = &w->records.reply;
	struct iovec v = {.iov_base = reply->p, .iov_len = reply->n};
	bool sent = reply->n == 0 || send_all(w, NULL, (struct load){&v, 1}, 0);

	buf_reset(reply);
	return sent;
}

/* recv(), into the records. */
static ssize_t
take_bytes(struct wire *w)
{
	size_t room;
	unsigned char *to = records_room(&w->records, &room);
	ssize_t n = recv(w->fd, to, room, MSG_DONTWAIT);

	if (n > 0)
		records_came(&w->records, (size_t)n);
	return n;
}

bool
wire_has_come(struct wire *w)
{
	return take_bytes(w) >= 0 || errno != EAGAIN;
}

/* What is there, or the first that comes; false: closed, broken or late. */
static bool
receive(struct wire *w, int64_t *until_ms)
{
	ssize_t n;

	while ((n = take_bytes(w)) < 0)
		if (errno != EINTR &&
		    (errno != EAGAIN || !wait_ready(w, POLLIN, until_ms)))
			return false;
	return n > 0;
}

static enum records_event
next_event(struct wire *w)
{
	int64_t until = 0;

	for (bool again = false;; again = true) {
		enum records_event event = records_next(&w->records);

		if (!send_reply(w))
			return RECORDS_BROKEN;
		if (event != RECORDS_MORE)
			return event;
		if ((again && time_left(w, &until) == 0) || !receive(w, &until))
			return RECORDS_BROKEN;
	}
}

enum records_event
wire_next_head(struct wire *w, int most_ms)
{
	int timeout_ms = w->timeout_ms;
	enum records_event event;

	if (most_ms < timeout_ms)
		w->timeout_ms = most_ms;
	event = next_event(w);
	w->timeout_ms = timeout_ms;
	return event;
}

long
wire_read_body(struct exchange *x, char *out, size_t size)
{
	struct wire *w = x->source;
	struct slice *body = &w->records.body;

	if (body->n == 0) {
		enum records_event event = next_event(w);

		if (event != RECORDS_BODY)
			return event == RECORDS_END ? 0 : -1;
	}
	if (size > body->n)
		size = body->n;
	memcpy(out, body->p, size);
	body->p += size;
	body->n -= size;
	return (long)size;
}

/* One answer, or a piece of it, on its way out. */
struct outgoing {
	char *body;
	size_t left;   /* bytes of it */
	bool last;     /* the end follows */
	int64_t until; /* of each write; 0: within w->timeout_ms */
	int64_t since; /* when the whole began; 0: it is bounded by until */
	size_t sent;
};

static bool
send_records(struct wire *w, const struct exchange *x, struct outgoing *o)
{
	const unsigned id = w->records.id;
	const struct buf *head = &w->head;

	for (size_t before = head->n;; before = 0) {
		size_t most = RECORD_CONTENT_MAX - before;
		size_t n = o->left < most ? o->left : most;
		unsigned char front[RECORD_HEADER], back[RECORDS_END_SIZE];
		struct iovec v[] = {{front, sizeof(front)}, {head->p, before},
		    {o->body, n}, {back, sizeof(back)}};
		struct iovec *from = v;
		size_t count = COUNT_OF(v);

		o->left -= n;
		records_put_stdout(front, id, before + n);
		records_put_end(back, id);
		if (o->left > 0 || !o->last)
			count--; /* without the end */
		if (before + n == 0) {
			from += 3; /* a record of nothing would be the end itself */
			count -= 3;
		}
		if (!send_all(w, x, (struct load){from, count}, o->until))
			return false;
		o->sent += before + n;
		if (o->left == 0)
			return true;
		if (o->since != 0 && exchange_late(x, o->since, o->sent))
			return false;
		o->body += n;
	}
}

bool
wire_send_part(struct exchange *x, struct response *rs, int64_t until_ms)
{
	struct wire *w = x->source;
	struct outgoing o = {.until = until_ms};
	bool first = !rs->begun;

	rs->begun = true;
	if (first)
		exchange_finish_head(rs, &w->head);
	else
		buf_reset(&w->head);
	o.body = rs->body.p;
	o.left = rs->body.n;
	x->lost = x->lost || w->head.failed || rs->body.failed ||
	    (w->head.n + o.left > 0 && !send_records(w, x, &o));
	x->sent += o.sent;
	buf_reset(&rs->body);
	return !x->lost;
}

bool
wire_send_answer(
    struct wire *w, const struct exchange *x, struct response *rs, size_t *sent)
{
	struct outgoing o = {.last = true, .since = clock_mono_ms()};
	bool whole;

	if (!rs->begun)
		exchange_finish_head(rs, &w->head);
	else
		buf_reset(&w->head);
	if (x->lost || w->head.failed || (rs->begun && rs->body.failed))
		return false;
	o.body = rs->body.p;
	o.left = response_sends_body(rs) ? rs->body.n : 0;
	whole = send_records(w, x, &o);
	*sent += o.sent;
	return whole;
}

/* intake.c - see intake.h.  FastCGI 1.0, 3.3 (records), 3.4 (name-value
 * pairs), 5.1, 5.2. */
#include "http/intake.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"

enum { BEGIN_REQUEST = 1, PARAMS = 4, FCGI_1 = 1, HEADER_SIZE = 8, BEGIN_SIZE = 8 };
enum { KEPT_MAX = 256 * 1024 }; /* what one long head leaves allocated */

struct record {
	unsigned type, request;
	size_t content, padding;
};

void
intake_init(struct intake *in)
{
	*in = (struct intake){.file = -1};
	buf_init(&in->records, NULL, INTAKE_MAX);
	buf_init(&in->pairs, NULL, INTAKE_MAX);
}

void
intake_fini(struct intake *in)
{
	if (in->file >= 0)
		close(in->file);
	in->file = -1;
	buf_fini(&in->records);
	buf_fini(&in->pairs);
}

/* All n bytes, or false: closed, broken or late. */
static bool
receive(int fd, void *to, size_t n, int64_t until_ms)
{
	unsigned char *p = to;

	while (n > 0) {
		ssize_t got = recv(fd, p, n, MSG_DONTWAIT);
		struct pollfd wait = {.fd = fd, .events = POLLIN};
		int64_t left = until_ms - clock_mono_ms();

		if (got > 0) {
			p += got;
			n -= (size_t)got;
		} else if (got == 0 || left <= 0 || (errno != EAGAIN && errno != EINTR))
			return false;
		else if (errno == EAGAIN)
			(void)poll(&wait, 1, (int)left);
	}
	return true;
}

static bool
receive_record(struct intake *in, int fd, int64_t until_ms, struct record *r)
{
	unsigned char head[HEADER_SIZE], rest[UINT16_MAX + UINT8_MAX];

	if (!receive(fd, head, sizeof(head), until_ms) || head[0] != FCGI_1)
		return false;
	*r = (struct record){
	    .type = head[1],
	    .request = (unsigned)head[2] << 8 | head[3],
	    .content = (size_t)head[4] << 8 | head[5],
	    .padding = head[6],
	};
	if (!receive(fd, rest, r->content + r->padding, until_ms))
		return false;
	if (r->type != BEGIN_REQUEST && r->type != PARAMS)
		return true;
	buf_put(&in->records, head, sizeof(head));
	buf_put(&in->records, rest, r->content + r->padding);
	if (r->type == PARAMS)
		buf_put(&in->pairs, rest, r->content);
	return !in->records.failed;
}

/* A length of one byte, or of four with the highest bit set; false: it is cut off. */
static bool
take_length(const unsigned char **p, const unsigned char *end, size_t *out)
{
	if (end - *p < 1)
		return false;
	if (**p < 0x80) {
		*out = *(*p)++;
		return true;
	}
	if (end - *p < 4)
		return false;
	*out = (size_t)((*p)[0] & 0x7f) << 24 | (size_t)(*p)[1] << 16 |
	    (size_t)(*p)[2] << 8 | (*p)[3];
	*p += 4;
	return true;
}

/* Whether every pair is as long as it says. */
static bool
pairs_are_whole(const struct buf *pairs)
{
	const unsigned char *p = (const unsigned char *)pairs->p, *end = p + pairs->n;
	size_t name, value;

	while (p < end) {
		if (!take_length(&p, end, &name) || !take_length(&p, end, &value) ||
		    name + value > (size_t)(end - p))
			return false;
		p += name + value;
	}
	return true;
}

static bool
receive_head(struct intake *in, int fd, int64_t until_ms)
{
	struct record r;
	unsigned request;

	/* Before it may come what an earlier request on this connection left unread. */
	do
		if (!receive_record(in, fd, until_ms, &r) || r.type == PARAMS)
			return false;
	while (r.type != BEGIN_REQUEST);
	request = r.request;
	if (request == 0 || r.content != BEGIN_SIZE)
		return false;
	do
		if (!receive_record(in, fd, until_ms, &r) || r.type != PARAMS ||
		    r.request != request)
			return false;
	while (r.content > 0);
	return in->pairs.n == 0 || pairs_are_whole(&in->pairs);
}

/* The records into the file, in place of the last request's. */
static bool
hand_over(struct intake *in)
{
	const struct buf *b = &in->records;

	if (in->file < 0)
		in->file = memfd_create("request", MFD_CLOEXEC);
	return in->file >= 0 && ftruncate(in->file, 0) == 0 &&
	    pwrite(in->file, b->p, b->n, 0) == (ssize_t)b->n &&
	    lseek(in->file, 0, SEEK_SET) == 0;
}

bool
intake_take(struct intake *in, int connection, int timeout_ms)
{
	bool ok;

	buf_reset(&in->records);
	buf_reset(&in->pairs);
	ok =
	    receive_head(in, connection, clock_mono_ms() + timeout_ms) && hand_over(in);
	if (in->records.cap > KEPT_MAX) {
		buf_fini(&in->records);
		buf_fini(&in->pairs);
	}
	return ok;
}

/*
 * wire.h - one connection of a web server: its bytes as records, and back.
 *
 * Reads and writes ask for what can be done now and wait, within timeout_ms, only when
 * that is nothing. A small request is one read, its answer one write.
 *
 * Owner:    the door.
 * Lifetime: of the door; one connection after the other.
 * Threads:  one.
 * Failure:  RECORDS_BROKEN or false: closed, broken or late.
 */
#ifndef TENANTD_HTTP_WIRE_H
#define TENANTD_HTTP_WIRE_H

#include "http/exchange.h"
#include "http/records.h"

struct wire {
	int fd; /* -1: there is none */
	int timeout_ms;
	struct records records;
	struct buf head; /* of an answer */
};

void wire_init(struct wire *w, int timeout_ms);
void wire_fini(struct wire *w);
void wire_open(struct wire *w, int fd);
/* Reads what has come; false: nothing yet. A connection that was closed has come. */
bool wire_has_come(struct wire *w);
/* The event that a new request begins with, within most_ms if that is less than
 * timeout_ms; never RECORDS_MORE. */
enum records_event wire_next_head(struct wire *w, int most_ms);
/* exchange.read of an exchange whose source is the wire: what one record brings. */
long wire_read_body(struct exchange *x, char *out, size_t size);
/* exchange.gone: whether the peer has closed the connection, or its half of it: over
 * TCP one cannot tell the two apart, and no web server writes, closes that half, and
 * still waits for the answer, unless it is told to (tcp-fin-propagate of lighttpd). */
bool wire_peer_gone(const struct exchange *x);
/* exchange.send. A head that failed, or a body, is not sent. */
bool wire_send_part(struct exchange *x, struct response *rs, int64_t until_ms);
/* Head and body in as few records as they fit into, the end behind the last; of an
 * answer that has begun, what is left of its body. Adds what has left of them to *sent.
 */
bool wire_send_answer(
    struct wire *w, const struct exchange *x, struct response *rs, size_t *sent);

#endif

/*
 * records.h - FastCGI 1.0 in memory: requests out of the bytes of a connection, and the
 * records that an answer is wrapped in. Nothing here waits, reads or writes.
 *
 * Bytes go in by records_room() and records_came(); records_next() tells what they are.
 * One request at a time: the begin of another one in between is refused, as the
 * protocol has it.
 *
 * Owner:    the door that made it.
 * Lifetime: params: until records_done(); body: until the next records_next().
 * Threads:  one.
 * Failure:  RECORDS_REFUSED and RECORDS_BROKEN: the connection is of no use any more.
 */
#ifndef TENANTD_HTTP_RECORDS_H
#define TENANTD_HTTP_RECORDS_H

#include "base/buf.h"
#include "base/str.h"

enum {
	RECORDS_PARAMS_MAX = 8 * 1024 * 1024, /* bytes of parameters */
	RECORD_CONTENT_MAX = 65535,
	RECORD_HEADER = 8,
	RECORD_MAX = RECORD_HEADER + RECORD_CONTENT_MAX + 255, /* with the padding */
	RECORDS_END_SIZE = 2 * RECORD_HEADER + 8
};

enum records_event {
	RECORDS_MORE,    /* what is here ends within a record */
	RECORDS_HEAD,    /* a request has begun: params are complete */
	RECORDS_BODY,    /* a piece of its body */
	RECORDS_END,     /* its body is complete */
	RECORDS_REFUSED, /* the reply says why: no request for a responder */
	RECORDS_BROKEN,  /* aborted, too long, or not the protocol */
};

struct records {
	unsigned char in[RECORD_MAX]; /* [at, end) is not taken yet */
	size_t at, end;
	unsigned id; /* of the request at hand; 0: none has begun */
	bool has_head;
	bool keep;           /* the web server wants the connection kept */
	struct buf text;     /* the parameters, each "NAME=value" once complete */
	struct buf pointers; /* to them, NULL at the end */
	struct slice body;
	struct buf reply; /* to be sent before anything else */
};

void records_init(struct records *r);
void records_fini(struct records *r);
/* A connection from its start: what an earlier one left is forgotten. */
void records_open(struct records *r);
/* Where bytes of the connection go, once records_next() asked for more: room for *n, at
 * least 1. Then how many came. */
unsigned char *records_room(struct records *r, size_t *n);
void records_came(struct records *r, size_t n);
/* Takes records until there is something to tell, or no whole one is left. */
enum records_event records_next(struct records *r);
/* The CGI variables, "NAME=value", NULL at the end; after RECORDS_HEAD. */
const char *const *records_params(const struct records *r);
/* The request is over; true: the next one's bytes are here already. */
bool records_done(struct records *r);

/* The record of n bytes of answer; n up to RECORD_CONTENT_MAX. */
void records_put_stdout(unsigned char out[static RECORD_HEADER], unsigned id, size_t n);
/* The end of the answer and of the request. */
void records_put_end(unsigned char out[static RECORDS_END_SIZE], unsigned id);

#endif

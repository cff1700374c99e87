/*
 * err.h - one error type for every layer, from errors.def.
 *
 * A function that can fail returns enum err and is MUST_CHECK.  Whoever sees
 * the failure records it once; everyone above returns the code unchanged,
 * adding err_note() only if it knows more.  The boundary (gate, command, job)
 * logs the record and shows the client the public part alone.
 *
 * Owner:    the unit of work (struct ctx).
 * Lifetime: until the next err_set(), err_tell() or err_clear().
 * Threads:  one record, one thread.
 * Failure:  none; long texts are cut.
 */
#ifndef TENANTD_BASE_ERR_H
#define TENANTD_BASE_ERR_H

#include "base/attr.h"

enum err {
#define ERR(sym, http, code, slug, text) ERR_##sym,
#include "base/errors.def"
#undef ERR
	ERR_COUNT
};

struct err_info {
	enum err code;
	const char *file; /* where it was seen */
	int line;
	int retry_after;   /* seconds a client should wait; 0: nothing to say */
	char sqlstate[6];  /* from PostgreSQL, or "" */
	char message[512]; /* for the log, never for the client */
	char note[256];    /* for the log: what the callers were doing */
	char detail[512];  /* for the client, or "": the code's own text */
	/* For the client: the id of the tenant that is there already, or "". */
	char existing[40];
	/* For the client: the operation that failed, and at which step, or "". */
	char operation[40], step[40];
};

/* The value of both, so that whoever reads a call alone sees that it is a failure. */
static inline enum err
err_value(enum err code)
{
	return code;
}
/* Private: the text goes to the log, the client sees the code's public text. */
#define err_set(e, code, ...)                                                          \
	(err_set_at((e), (code), __FILE__, __LINE__, __VA_ARGS__), err_value(code))
/* Public: the text goes to the log and to the client. */
#define err_tell(e, code, ...)                                                         \
	(err_tell_at((e), (code), __FILE__, __LINE__, __VA_ARGS__), err_value(code))

void err_set_at(struct err_info *e, enum err code, const char *file, int line,
    const char *fmt, ...) PRINTF_LIKE(5, 6);
void err_tell_at(struct err_info *e, enum err code, const char *file, int line,
    const char *fmt, ...) PRINTF_LIKE(5, 6);
/* After either: names the tenant that is in the way, a UUID. */
void err_existing(struct err_info *e, const char *tenant);
/* After either: names the operation that failed, and its step, or "". */
void err_operation(struct err_info *e, const char *operation, const char *step);
void err_note(struct err_info *e, const char *fmt, ...) PRINTF_LIKE(2, 3);
void err_clear(struct err_info *e);

int err_http(enum err code);         /* HTTP status, 200 for ERR_OK */
int err_exit(enum err code);         /* exit status, 0 for ERR_OK */
const char *err_slug(enum err code); /* last part of the problem type */
const char *err_text(enum err code); /* public text, "" for ERR_OK */
const char *err_symbol(enum err code);
/* What the client may read: the told detail, else the code's public text. */
const char *err_public(const struct err_info *e);

#endif

/* storage.c - see storage.h. */
#include "outside/storage.h"

#include <string.h>

#include "crypto/random.h"

#define MARKS ".tenantd/"

enum { LISTED_AT_ONCE = 1000, NAME_DIGITS = 8, PAGE_MEMORY = 32 * 1024 * 1024 };

const char *
storage_prefix(struct arena *mem, const char *tenant_id)
{
	return arena_printf(mem, "tenants/%s/", tenant_id);
}

enum err
storage_bucket_name(struct ctx *cx, const struct conf *conf, const char *slug,
    char out[static STORAGE_BUCKET_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char value[NAME_DIGITS / 2];
	size_t n = strlen(conf->s3_bucket_prefix), end;
	enum err rc = random_bytes(&cx->err, value, sizeof(value));

	if (rc != ERR_OK)
		return rc;
	end = STORAGE_BUCKET_SIZE - 1 - NAME_DIGITS - 1;
	memcpy(out, conf->s3_bucket_prefix, n);
	for (; *slug != '\0' && n < end; slug++)
		if (strchr("abcdefghijklmnopqrstuvwxyz0123456789-", *slug) != NULL)
			out[n++] = *slug;
	while (n > 0 && out[n - 1] == '-')
		n--;
	if (n > 0)
		out[n++] = '-';
	for (size_t i = 0; i < sizeof(value); i++) {
		out[n++] = digits[value[i] >> 4];
		out[n++] = digits[value[i] & 15];
	}
	out[n] = '\0';
	return ERR_OK;
}

static const char *
mark_of(struct arena *mem, const struct storage_place *p)
{
	return arena_printf(mem, "%s" MARKS "%s", p->prefix, p->mark);
}

/* -- looking -- */

static enum err
find_mark(
    struct ctx *cx, const struct s3 *s3, const struct storage_place *p, bool *found)
{
	struct s3_answer a = {0};
	enum err rc = s3_ask(cx, s3,
	    &(const struct s3_request){
		.method = "HEAD", .bucket = p->bucket, .key = mark_of(cx->mem, p)},
	    &a);

	*found = rc == ERR_OK && a.status == 200;
	if (rc == ERR_OK && a.status != 200 && a.status != 404)
		rc = s3_refuse(cx, &a, "the mark of a tenant's storage");
	return rc;
}

static enum err
judge_listing(struct ctx *cx, const struct s3_list *l, enum storage_state *out)
{
	if (l->answer.status == 200)
		*out = l->count == 0 ? STORAGE_EMPTY : STORAGE_FOREIGN;
	else if (l->answer.status == 404)
		*out = STORAGE_NO_BUCKET;
	else
		return s3_refuse(cx, &l->answer, "a tenant's storage");
	return ERR_OK;
}

enum err
storage_look(struct ctx *cx, struct stores *s, const struct storage_place *p,
    enum storage_state *out)
{
	struct s3_list l = {.bucket = p->bucket, .prefix = p->prefix, .most = 1};
	bool marked = false;
	struct s3 s3;
	enum err rc = stores_s3(cx, s, &s3);

	if (rc == ERR_OK)
		rc = s3_list(cx, &s3, &l);
	if (rc == ERR_OK)
		rc = judge_listing(cx, &l, out);
	if (rc == ERR_OK && *out == STORAGE_FOREIGN) {
		rc = find_mark(cx, &s3, p, &marked);
		if (marked)
			*out = STORAGE_OURS;
	}
	return rc;
}

/* -- making -- */

enum err
storage_make_bucket(struct ctx *cx, struct stores *s, const struct storage_place *p)
{
	struct s3_request rq = {.method = "PUT", .bucket = p->bucket};
	struct s3_answer a = {0};
	struct s3 s3;
	enum err rc = stores_s3(cx, s, &s3);

	if (rc != ERR_OK)
		return rc;
	if (strcmp(s3.place.region, "us-east-1") != 0)
		rq.body = slice_of(arena_printf(cx->mem,
		    "<CreateBucketConfiguration "
		    "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
		    "<LocationConstraint>%s</LocationConstraint>"
		    "</CreateBucketConfiguration>",
		    s3.place.region));
	rc = s3_ask(cx, &s3, &rq, &a);
	if (rc != ERR_OK || a.status == 200)
		return rc;
	if (a.status == 409)
		return err_tell(&cx->err, ERR_CONFLICT,
		    "somebody has a bucket \"%s\" already", p->bucket);
	return s3_refuse(cx, &a, "a bucket could not be made");
}

enum err
storage_put_mark(struct ctx *cx, struct stores *s, const struct storage_place *p)
{
	struct s3_answer a = {0};
	struct s3 s3;
	enum err rc = stores_s3(cx, s, &s3);

	if (rc == ERR_OK)
		rc = s3_ask(cx, &s3,
		    &(const struct s3_request){.method = "PUT",
			.bucket = p->bucket,
			.key = mark_of(cx->mem, p),
			.body = slice_of("<tenantd/>")},
		    &a);
	if (rc == ERR_OK && a.status != 200)
		rc = s3_refuse(cx, &a, "a tenant's storage could not be marked");
	return rc;
}

/* -- removing -- */

/* All but the mark. Each answer's memory is given back before the next. */
static enum err
empty(struct ctx *cx, const struct s3 *s3, const struct storage_place *p, int *left)
{
	const char *mark = mark_of(cx->mem, p);
	struct s3_list l = {
	    .bucket = p->bucket, .prefix = p->prefix, .most = LISTED_AT_ONCE};
	int n = 0;
	enum err rc = s3_list(cx, s3, &l);

	if (rc == ERR_OK && l.answer.status != 200)
		rc = s3_refuse(cx, &l.answer, "a tenant's objects");
	for (int i = 0; rc == ERR_OK && i < l.count; i++)
		if (strcmp(l.keys[i], mark) != 0)
			l.keys[n++] = l.keys[i];
	*left = n;
	return rc == ERR_OK && n > 0 ? s3_delete(cx, s3, p->bucket, l.keys, n) : rc;
}

/* What was listed is gone, and listed no more: each round begins at the first. */
static enum err
empty_all(struct ctx *cx, const struct s3 *s3, const struct storage_place *p)
{
	struct arena *mem = cx->mem;
	enum err rc;
	int left;

	do {
		cx->mem = arena_new(PAGE_MEMORY);
		rc = empty(cx, s3, p, &left);
		arena_free(cx->mem);
		cx->mem = mem;
	} while (rc == ERR_OK && left > 0);
	return rc;
}

/* One that somebody wrote to meanwhile gets its mark back: else it would be nobody's.
 */
static enum err
remove_bucket(struct ctx *cx, struct stores *s, const struct storage_place *p)
{
	struct s3_answer a = {0};
	struct s3 s3;
	enum err rc = stores_s3(cx, s, &s3);

	if (rc == ERR_OK)
		rc = s3_ask(cx, &s3,
		    &(const struct s3_request){.method = "DELETE", .bucket = p->bucket},
		    &a);
	if (rc != ERR_OK || a.status < 300 || a.status == 404)
		return rc;
	if (a.status != 409)
		return s3_refuse(cx, &a, "a bucket could not be removed");
	rc = storage_put_mark(cx, s, p);
	return rc != ERR_OK
	    ? rc
	    : err_tell(&cx->err, ERR_UNAVAILABLE,
		  "the bucket \"%s\" was written to while it was emptied", p->bucket);
}

enum err
storage_remove(
    struct ctx *cx, struct stores *s, const struct storage_place *p, bool own)
{
	const char *mark = mark_of(cx->mem, p);
	enum storage_state state = STORAGE_UNSET;
	struct s3 s3;
	enum err rc = storage_look(cx, s, p, &state);

	if (rc == ERR_OK)
		rc = stores_s3(cx, s, &s3);
	if (rc != ERR_OK)
		return rc;
	if (state == STORAGE_OURS) {
		rc = empty_all(cx, &s3, p);
		if (rc == ERR_OK)
			rc = s3_delete(cx, &s3, p->bucket, &mark, 1);
		state = STORAGE_EMPTY;
	} else if (!p->absent)
		return ERR_OK;
	if (rc == ERR_OK && own && state == STORAGE_EMPTY)
		rc = remove_bucket(cx, s, p);
	return rc;
}

/* -- for others -- */

static bool
has_control(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return true;
	return false;
}

/* Some clients resolve "." and ".." before they ask, and some join slashes: what they
 * ask for is then another object than the one that was signed. */
const char *
storage_refuse_key(const char *key)
{
	const size_t n = strlen(key);
	struct slice rest = slice_of(key), piece;
	bool plain = true;

	if (n == 0 || n > STORAGE_KEY_MAX)
		return "has to have 1 to 512 bytes";
	if (key[0] == '/')
		return "begins with a slash";
	if (has_control(key) || !utf8_valid(key, n, true))
		return "holds a control character, or is not UTF-8";
	if (strncmp(key, MARKS, sizeof(MARKS) - 1) == 0 || strcmp(key, ".tenantd") == 0)
		return "is the server's own";
	while (slice_cut(&rest, '/', &piece))
		plain = plain && (piece.n > 0 || rest.p == NULL) &&
		    !slice_eq(piece, ".") && !slice_eq(piece, "..");
	return plain ? NULL : "has an empty, \".\" or \"..\" segment";
}

enum err
storage_presign(struct ctx *cx, const struct conf *conf, const struct storage_place *p,
    const struct storage_grant *g, const char **url)
{
	const struct s3_place place = stores_s3_place(conf, cx->mem);
	const char *why = storage_refuse_key(g->key);
	struct s3_grant grant = {.method = g->method,
	    .bucket = p->bucket,
	    .content_type = g->content_type,
	    .expires_s = g->expires_s,
	    .now_s = g->now_s};

	if (why != NULL) {
		ctx_fault(cx, "/key", "pattern", "the key %s", why);
		return err_tell(&cx->err, ERR_INVALID, "the key %s", why);
	}
	grant.key = arena_printf(cx->mem, "%s%s", p->prefix, g->key);
	*url = s3_presign(cx->mem, &place, &grant);
	return *url != NULL ? ERR_OK
			    : err_set(&cx->err, ERR_INTERNAL, "could not sign a URL");
}

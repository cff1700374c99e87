/* router.c - see router.h.  A trie of path pieces. */
#include "http/router.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

struct node {
	struct slice literal; /* unused in a {name} node */
	struct node *next;    /* sibling literal */
	struct node *literals, *name;
	int rows[HTTP_METHOD_COUNT]; /* index + 1; 0: none */
	const char *allow;           /* NULL: no pattern ends here */
};

struct router {
	struct node root;
};

struct walk {
	const struct request *rq;
	const struct node *end;
	struct slice *params;
};

static _Noreturn void
die(const char *pattern, const char *why)
{
	fprintf(stderr, "route \"%s\": %s\n", pattern, why);
	abort();
}

static struct node *
literal_child(struct arena *mem, struct node *at, struct slice piece)
{
	struct node *n;

	for (n = at->literals; n != NULL; n = n->next)
		if (n->literal.n == piece.n &&
		    memcmp(n->literal.p, piece.p, piece.n) == 0)
			return n;
	n = arena_alloc(mem, sizeof(*n));
	n->literal = piece;
	n->next = at->literals;
	at->literals = n;
	return n;
}

static struct node *
child(struct arena *mem, struct node *at, struct slice piece, const char *pattern)
{
	bool opens = memchr(piece.p, '{', piece.n) != NULL;
	bool closes = memchr(piece.p, '}', piece.n) != NULL;

	if (!opens && !closes)
		return literal_child(mem, at, piece);
	if (piece.n < 3 || piece.p[0] != '{' ||
	    1 + strcspn(piece.p + 1, "{}") != piece.n - 1 ||
	    piece.p[piece.n - 1] != '}')
		die(pattern, "a piece is a literal or one {name}");
	if (at->name == NULL)
		at->name = arena_alloc(mem, sizeof(*at->name));
	return at->name;
}

static struct node *
insert(struct arena *mem, struct node *at, const char *pattern)
{
	unsigned names = 0, pieces = 0;

	if (pattern[0] != '/')
		die(pattern, "begins without \"/\"");
	for (const char *p = pattern + 1; *p != '\0';) {
		struct slice piece = {p, strcspn(p, "/")};

		if (piece.n == 0)
			die(pattern, "has an empty piece");
		at = child(mem, at, piece, pattern);
		names += piece.p[0] == '{';
		pieces++;
		p += piece.n;
		p += *p == '/';
	}
	if (names > ROUTER_PARAMS_MAX || pieces > REQUEST_SEGMENTS_MAX)
		die(pattern, "has too many pieces");
	return at;
}

/* "GET, HEAD, POST, OPTIONS": in the order of enum http_method. */
static void
set_allow(struct arena *mem, struct node *n)
{
	struct buf b;

	buf_init(&b, mem, 256);
	for (int m = HTTP_UNKNOWN + 1; m < HTTP_METHOD_COUNT; m++)
		if (n->rows[m] != 0 || m == HTTP_OPTIONS ||
		    (m == HTTP_HEAD && n->rows[HTTP_GET] != 0)) {
			buf_puts(&b, b.n > 0 ? ", " : "");
			buf_puts(&b, http_method_name((enum http_method)m));
		}
	n->allow = b.p;
}

struct router *
router_new(struct arena *mem, const struct router_row *rows, int count)
{
	struct router *r = arena_alloc(mem, sizeof(*r));

	for (int i = 0; i < count; i++) {
		struct node *n = insert(mem, &r->root, rows[i].pattern);

		if (rows[i].method <= HTTP_UNKNOWN ||
		    rows[i].method >= HTTP_METHOD_COUNT)
			die(rows[i].pattern, "has no method");
		if (n->rows[rows[i].method] != 0)
			die(rows[i].pattern, "is there twice");
		n->rows[rows[i].method] = i + 1;
		set_allow(mem, n);
	}
	return r;
}

/* Depth is at most REQUEST_SEGMENTS_MAX. Tries the literal first, and the name where
 * that leads nowhere. */
static bool
/* NOLINTNEXTLINE(misc-no-recursion): see above */
walk(struct walk *w, const struct node *at, unsigned depth, unsigned names)
{
	struct slice piece;

	if (depth == w->rq->segment_count) {
		w->end = at;
		return at->allow != NULL;
	}
	piece = w->rq->segments[depth];
	if (piece.n == 0)
		return false;
	for (const struct node *n = at->literals; n != NULL; n = n->next)
		if (n->literal.n == piece.n &&
		    memcmp(n->literal.p, piece.p, piece.n) == 0 &&
		    walk(w, n, depth + 1, names))
			return true;
	if (at->name == NULL || names == ROUTER_PARAMS_MAX)
		return false;
	w->params[names] = piece;
	return walk(w, at->name, depth + 1, names + 1);
}

struct router_match
router_find(const struct router *r, const struct request *rq)
{
	struct router_match m = {.row = -1, .allow = ""};
	struct walk w = {.rq = rq, .params = m.params};
	int row;

	if (!walk(&w, &r->root, 0, 0))
		return m;
	m.path_known = true;
	m.allow = w.end->allow;
	row = w.end->rows[rq->method];
	if (row == 0 && rq->method == HTTP_HEAD)
		row = w.end->rows[HTTP_GET];
	m.row = row - 1;
	return m;
}

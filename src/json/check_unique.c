/*
 * check_unique.c - uniqueItems; see check.h.
 *
 * A few items are compared each with each. More are found again by a hash, in a table
 * on the stack or, when they are many, on the heap; what is hashed and what is compared
 * are steps, so that items whose hashes are made to be the same end the check.
 */
#include "json/check.h"

#include <stdlib.h>

enum { FEW = 6, SLOTS_OWN = 128 };

struct slot {
	uint64_t hash;
	size_t weight; /* of the value: how much of it there is; 0: the slot is empty */
	const struct json *value;
};

struct table {
	struct slot *slots;
	size_t count; /* a power of two, and more than there are items */
};

/* -- equal values have equal hashes -- */

struct hashing {
	uint64_t hash;
	size_t weight;
};

/* FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/ */
static void
hash_byte(struct hashing *h, unsigned char c)
{
	h->hash = (h->hash ^ c) * 0x100000001b3;
}

static void
hash_word(struct hashing *h, uint64_t word)
{
	for (int i = 0; i < 8; i++, word >>= 8)
		hash_byte(h, word & 0xff);
}

static void
hash_text(struct hashing *h, const char *text)
{
	const char *p = text;

	for (; *p != '\0'; p++)
		hash_byte(h, (unsigned char)*p);
	h->weight += (size_t)(p - text) / 32;
}

/* By its digits: 1, 1.0 and 10e-1 are one number. */
static void
hash_number(struct hashing *h, const struct json *v)
{
	char own[JSON_DIGITS_SIZE];
	struct decimal d = decimal_read(json_digits(v, own));
	const char *p = d.p;

	hash_word(h, (uint64_t)d.exp);
	hash_byte(h, d.minus ? '-' : '+');
	for (size_t left = d.n; left > 0; p++)
		if (*p != '.') {
			hash_byte(h, (unsigned char)*p);
			left--;
		}
	h->weight += d.n / 32;
}

static struct hashing hash_of(const struct json *v);

struct members {
	uint64_t sum; /* members come in any order */
	size_t weight;
};

static bool
/* NOLINTNEXTLINE(misc-no-recursion): as deep as json_parse() lets in */
hash_member(const char *name, const struct json *value, void *arg)
{
	struct members *m = arg;
	struct hashing h = hash_of(value);

	hash_text(&h, name);
	m->sum += h.hash;
	m->weight += h.weight;
	return true;
}

static struct hashing
/* NOLINTNEXTLINE(misc-no-recursion): as deep as json_parse() lets in */
hash_of(const struct json *v)
{
	struct hashing h = {0xcbf29ce484222325, 1}, item;
	enum json_type type = json_type(v);
	struct members m = {0, 0};

	hash_byte(&h, (unsigned char)(type == JSON_INT ? JSON_NUMBER : type));
	switch (type) {
	case JSON_BOOL:
		hash_byte(&h, json_bool(v));
		break;
	case JSON_INT:
	case JSON_NUMBER:
		hash_number(&h, v);
		break;
	case JSON_STRING:
		hash_text(&h, json_text(v));
		break;
	case JSON_ARRAY:
		for (size_t i = 0; i < json_count(v); i++) {
			item = hash_of(json_item(v, i));
			hash_word(&h, item.hash);
			h.weight += item.weight;
		}
		break;
	case JSON_OBJECT:
		json_each(v, hash_member, &m);
		hash_word(&h, m.sum);
		h.weight += m.weight;
		break;
	case JSON_NULL:
		break;
	}
	return h;
}

/* -- each is looked for among those before -- */

/* Puts a value into the table; false: it is there already, or no step is left. */
static bool
put(struct run *r, struct table *t, const struct json *value)
{
	struct hashing h = hash_of(value);
	size_t at = h.hash ^ h.hash >> 32;

	if (!run_spend(r, h.weight))
		return false;
	for (;; at++) {
		struct slot *slot = &t->slots[at & (t->count - 1)];

		if (slot->weight == 0) {
			*slot = (struct slot){h.hash, h.weight, value};
			return true;
		}
		if (!run_spend(r, 1))
			return false;
		if (slot->hash == h.hash &&
		    (!run_spend(r, h.weight) || json_equal(slot->value, value)))
			return false;
	}
}

static bool
are_unique_many(struct run *r, const struct json *array, size_t n)
{
	struct slot own[SLOTS_OWN] = {0};
	struct table t = {own, SLOTS_OWN};
	bool unique = true;

	while (t.count < 2 * n)
		t.count *= 2;
	if (t.count > SLOTS_OWN)
		t.slots = calloc(t.count, sizeof(*t.slots));
	if (t.slots == NULL)
		return run_spend(r, STEPS_MAX + 1);
	for (size_t i = 0; i < n && unique; i++)
		unique = put(r, &t, json_item(array, i));
	if (t.slots != own)
		free(t.slots);
	return unique;
}

static bool
are_unique(struct run *r, const struct json *array, size_t n)
{
	if (n > FEW)
		return run_spend(r, n) && are_unique_many(r, array, n);
	for (size_t i = 1; i < n; i++)
		for (size_t j = 0; j < i; j++)
			if (!run_spend(r, 1) ||
			    json_equal(json_item(array, i), json_item(array, j)))
				return false;
	return true;
}

bool
check_unique(struct run *r, const struct rule *rule, const struct inst *in)
{
	return json_type(in->value) != JSON_ARRAY ||
	    are_unique(r, in->value, json_count(in->value)) || check_fail(r, rule, in);
}

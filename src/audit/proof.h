/*
 * proof.h - what proves a row, its place, the head and a checkpoint: HMAC-SHA-256
 * (RFC 2104) under keys that HKDF (RFC 5869) makes of one secret of the program's own.
 *
 * What is authenticated is a list of fields, each NULL (one byte, 0) or a text (1, its
 * length as four bytes, high first, its bytes), so that no two lists are alike.
 *
 * Owner:    nobody; plain values. struct audit_keys is the caller's to cleanse.
 * Lifetime: texts are borrowed.
 * Threads:  any.
 * Failure:  none: what can fail inside is want of memory, which ends the program.
 */
#ifndef TENANTD_AUDIT_PROOF_H
#define TENANTD_AUDIT_PROOF_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "crypto/digest.h"

enum {
	AUDIT_SECRET_SIZE = 32, /* bytes */
	AUDIT_MAC_SIZE = 44,    /* base64url of 32 bytes, and NUL */
	AUDIT_EPOCH_SIZE = 32
};

struct audit_keys {
	struct digest row, link, head, checkpoint;
};

void audit_keys_derive(
    struct audit_keys *out, const unsigned char secret[static AUDIT_SECRET_SIZE]);

/* What a row says, in the order in which it is authenticated and statements answer it.
 */
enum audit_field {
	AUDIT_ENTRY, /* UUID */
	AUDIT_EVENT,
	AUDIT_SEVERITY,
	AUDIT_ACTOR,
	AUDIT_TENANT,
	AUDIT_REQUEST,
	AUDIT_ADDRESS,
	AUDIT_EPOCH, /* seconds since 1970 with six decimals */
	AUDIT_DETAILS,
	AUDIT_FIELD_COUNT
};

struct audit_content {
	const char *field[AUDIT_FIELD_COUNT]; /* NULL: SQL NULL */
};

/* A moment, in the two ways that it is written. */
struct audit_time {
	char text[CLOCK_TEXT_SIZE], epoch[AUDIT_EPOCH_SIZE];
};

struct audit_time audit_time_of(int64_t wall_ms);

void audit_row_mac(char out[static AUDIT_MAC_SIZE], const struct audit_keys *k,
    const struct audit_content *row);

/* A row's place: behind the row whose seal is `before` ("" for the first). */
struct audit_link {
	int64_t seq;
	const char *before, *id, *mac; /* mac: NULL when the row has none */
	const struct audit_content *row;
};

void audit_link_seal(char out[static AUDIT_MAC_SIZE], const struct audit_keys *k,
    const struct audit_link *link);

struct audit_head {
	int64_t seq;
	const char *seal;
	const char *began; /* epoch of the key: NULL before there is one */
	const char *epoch; /* NULL before the first row */
	const char *mac;   /* "" before there is a key */
};

void audit_head_mac(char out[static AUDIT_MAC_SIZE], const struct audit_keys *k,
    const struct audit_head *head);
bool audit_head_genuine(const struct audit_keys *k, const struct audit_head *head);

struct audit_checkpoint {
	int64_t seq;
	const char *seal, *epoch, *mac;
	const char *latest; /* epoch: no row up to it, removed ones too, is later */
};

void audit_checkpoint_mac(char out[static AUDIT_MAC_SIZE], const struct audit_keys *k,
    const struct audit_checkpoint *c);
bool audit_checkpoint_genuine(
    const struct audit_keys *k, const struct audit_checkpoint *c);

#endif

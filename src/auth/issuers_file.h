/*
 * issuers_file.h - reads JWT_ISSUERS_FILE; what it says is in issuers.h.
 *
 * Owner:    issuers.c.
 * Lifetime: of the call; what it reads is copied into the list's arena.
 * Threads:  one.
 * Failure:  ERR_CONFIG, naming issuer and member.
 */
#ifndef TENANTD_AUTH_ISSUERS_FILE_H
#define TENANTD_AUTH_ISSUERS_FILE_H

#include "auth/issuers.h"

enum { ISSUERS_FILE_MAX = 100 }; /* issuers in a file */

enum err issuers_file_read(
    struct ctx *cx, const char *path, struct issuers *to) MUST_CHECK;
/* Appends a copy, unless it is there or a second primary one. */
enum err issuers_add(
    struct ctx *cx, struct issuers *all, const struct issuer *i) MUST_CHECK;

#endif

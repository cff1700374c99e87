/*
 * reach.h - which addresses may be called on behalf of somebody who is not trusted.
 *
 * Public unicast addresses alone. Refused are all ranges that the registries of special
 * addresses (RFC 6890, RFC 8190) hold, multicast, what is not yet given out, and IPv6
 * addresses that stand for such an IPv4 one. `allow` is a list of ranges
 * (base/address.h) that may be called nevertheless; NULL and "" hold none.
 *
 * A URL is judged twice. reach_check_url() tells early what can be known without asking
 * a name server. What counts is reach_judge(), of the very address that is about to be
 * connected to.
 *
 * Owner:    nobody; plain values.
 * Lifetime: values; reasons are constants.
 * Threads:  any.
 * Failure:  reach_check_url() tells ERR_INVALID, in words for whoever gave the URL.
 */
#ifndef TENANTD_NET_REACH_H
#define TENANTD_NET_REACH_H

#include "base/address.h"
#include "base/ctx.h"

/* The name of the refused range that the address is in, such as "loopback", whatever
 * anybody allows; NULL: it is public. */
const char *reach_range(const struct address *a);
/*
 * Why a connection to the address is refused, NULL: it is not. `plain`: nothing will be
 * encrypted, which only `allow` permits.
 */
const char *reach_judge(const struct address *a, const char *allow, bool plain);
/*
 * Whether TRANSFER_TO_PUBLIC (net/transfer.h) would try the URL: https, or http where
 * `allow` may permit it; at most 2048 bytes, all of them visible ASCII; a host, no user
 * information, a port of 1 to 65535. An IP address as the host, in whatever notation a
 * resolver takes, is judged at once; "localhost" and names below it are loopback.
 */
enum err reach_check_url(struct ctx *cx, const char *url, const char *allow) MUST_CHECK;

#endif

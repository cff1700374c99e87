#!/bin/sh
# The db tests, on a cluster of their own.
CLUSTER_CONF='deadlock_timeout = 100ms'
export CLUSTER_CONF
exec sh "${srcdir:-.}/tests/lib/with-cluster.sh" "${builddir:-.}/tests/db/test_db"

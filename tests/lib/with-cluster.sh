#!/bin/sh
# with-cluster.sh PROGRAM - runs it with a private PostgreSQL cluster:
#   TEST_DATABASE_URL  conninfo of a superuser on the Unix socket
#   TEST_CLUSTER       the cluster's directory, TEST_CLUSTER_SH the script to steer it
set -eu
TEST_CLUSTER_SH=$(cd "$(dirname "$0")" && pwd)/cluster.sh
TEST_CLUSTER=$(mktemp -d /tmp/tdb.XXXXXX)
trap 'sh "$TEST_CLUSTER_SH" destroy "$TEST_CLUSTER"' EXIT
trap 'exit 1' HUP INT TERM
TEST_DATABASE_URL=$(sh "$TEST_CLUSTER_SH" start "$TEST_CLUSTER")
export TEST_CLUSTER_SH TEST_CLUSTER TEST_DATABASE_URL
"$@"

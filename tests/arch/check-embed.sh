#!/bin/sh
# The scripts that make C rows from text files: they keep every character, and refuse
# a statement that does not say what it takes and returns.
set -eu
top=$(cd "${srcdir:-.}" && pwd); tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
n=0; rc=0
result() { n=$((n + 1)); if [ "$1" = "$2" ]; then echo "ok $n - $3"; else echo "not ok $n - $3"; rc=1; fi; }
embed() { if ${AWK:-awk} -f "$top/sql/embed.awk" "$1" >out.def 2>err; then echo taken; else echo refused; fi; }

cat >main.c <<'C'
#include <stdio.h>
#define STMT(name, params, rows, idents, text) fputs(text, stdout);
#define TEXT(name, text) fputs(text, stdout);
int main(void) {
#include "out.def"
return 0; }
C
run() { ${CC:-cc} -o main main.c && ./main; }
printf 'SELECT E%s, "a""b", %s;\n' "'\\\\n\\''" "'%%s \\0'" >body
{ printf -- '-- params: 0\n-- rows: many\n'; cat body; } >odd.sql
result "$(embed odd.sql)" taken "a statement with its header is taken"
result "$(run)" "$(cat body)" "a statement keeps quotes and backslashes"
${AWK:-awk} -v macro=TEXT -f "$top/sql/embed-text.awk" body >out.def
result "$(run)" "$(cat body)" "a text keeps quotes and backslashes"
printf 'SELECT 1;\n' >bare.sql
result "$(embed bare.sql)" refused "a statement without header is refused"
printf -- '-- params: 0\n-- rows: some\nSELECT 1;\n' >rows.sql
result "$(embed rows.sql)" refused "an unknown number of rows is refused"
printf -- '-- params: 1\n-- rows: none\n-- idents: t\nDROP TABLE :"t";\n' >both.sql
result "$(embed both.sql)" refused "names and parameters together are refused"
echo "1..$n"; exit $rc

# embed.awk - turn sql/query/*.sql into stmts.def, one STMT() row per file.
# The symbol is the file's name; "-- key: value" lines become columns:
#   -- params: N      number of parameters, $1 to $N
#   -- rows: none|one|many
#   -- idents: a, b   names that stand in the text as :"a" (no parameters then)
#   -- literals: c    texts that stand as :'c', after the names (no parameters either)
function refuse(why) { print file ": " why > "/dev/stderr"; bad = 1 }
function flush_row() {
	if (name == "") return
	if (params !~ /^[0-9]+$/ || rows !~ /^(none|one|many)$/)
		refuse("needs '-- params: N' and '-- rows: none|one|many'")
	if (idents != "" && params != 0)
		refuse("'-- idents:' or '-- literals:' and parameters exclude each other")
	printf "STMT(%s, %s, %s, \"%s\",%s)\n", name, params, toupper(rows), idents, text
}
FNR == 1 {
	flush_row()
	file = name = FILENAME
	sub(/.*\//, "", name); sub(/\.sql$/, "", name)
	params = rows = idents = text = ""
}
/^-- params:/ { params = $3; next }
/^-- rows:/   { rows = $3; next }
/^-- idents:/ { idents = $0; sub(/^-- idents:[ \t]*/, "", idents); gsub(/[ \t]/, "", idents); next }
/^-- literals:/ {
	sub(/^-- literals:[ \t]*/, ""); gsub(/[ \t]/, "")
	idents = idents (idents == "" ? "" : ",") $0
	next
}
/^--/         { next }
{
	gsub(/[\\"]/, "\\\\&")
	text = text "\n\t\"" $0 "\\n\""
}
END { flush_row(); exit bad }

# embed-text.awk -v macro=NAME - turn whole text files into rows NAME(symbol, "text"),
# for migrations, JSON schemas and mails. The symbol is the file's name without its extension.
function flush_row() { if (name != "") printf "%s(%s,%s)\n", macro, name, text }
FNR == 1 {
	flush_row()
	name = FILENAME
	sub(/.*\//, "", name); sub(/\.[a-z]+$/, "", name)
	text = ""
}
{
	gsub(/[\\"]/, "\\\\&")
	text = text "\n\t\"" $0 "\\n\""
}
END { flush_row() }

# What "pytest -v" says, in TAP.
/^[^ ]*::[^ ]* (PASSED|FAILED|ERROR)/ {
	sub(/.*::/, "", $1)
	print ($2 == "PASSED" ? "ok " : "not ok ") ++n " - " $1
	next
}
{ print "# " $0 }
END { print "1.." n + 0 }

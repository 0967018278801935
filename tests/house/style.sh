#!/bin/sh
# What a reader should never have to point out: // comments, long lines,
# blanks at the end, long files, left-over notes, paths of somebody's machine;
# and shell scripts that do not parse.
set -u
: "${SRC:?run this through make check}"
bad=0
cd "$SRC" || exit 1
tmp=$OLDPWD

complain() {
	echo "$*"
	bad=1
}

c_files() {
	find formats lib cli tests fuzz bench -name '*.[ch]' 2>/dev/null | sort
}

# Line comments, found after block comments, strings and characters are taken out.
line_comments() { # FILE
	awk '
	{
		line = ""
		n = length($0)
		quote = ""
		for (i = 1; i <= n; i++) {
			c = substr($0, i, 1)
			two = substr($0, i, 2)
			if (block) {
				if (two == "*/") { block = 0; i++ }
			} else if (quote != "") {
				if (c == "\\") i++
				else if (c == quote) quote = ""
			} else if (c == "\"" || c == "\047") {
				quote = c
			} else if (two == "/*") {
				block = 1
				i++
			} else if (two == "//") {
				print FILENAME ":" FNR ": a // comment"
				break
			}
		}
	}' "$1"
}

# The checks must see a violation before their silence means anything.
printf 'int a; /* x // y */ char *s = "//"; int b; // z\n' >"$tmp/probe.c"
[ "$(line_comments "$tmp/probe.c" | wc -l)" = 1 ] || complain "the // check does not work"

n=0
for f in $(c_files); do
	n=$((n + 1))
	line_comments "$f"
	expand -t 8 "$f" | awk -v f="$f" 'length > 100 { print f ":" NR ": " length " columns" }'
	awk -v f="$f" '/[ \t\r]$/ { print f ":" NR ": blanks at the end" }
		/^ +[^ *]/ && !/^ \*/ { print f ":" NR ": indented with blanks" }
		END { if (NR > 650) print f ": " NR " lines" }' "$f"
	[ -z "$(tail -c 1 "$f")" ] || echo "$f: no line end at the end"
done >"$tmp/found"
[ "$n" -gt 50 ] || complain "only $n files found"
if [ -s "$tmp/found" ]; then
	cat "$tmp/found"
	bad=1
fi

# Words are put together here, so that this file does not find itself.
words="/wo""rk/|TO""DO|FIX""ME|HA""CK:|/ho""me/[a-z]"
find . -type f \( -name '*.[ch]' -o -name '*.sh' -o -name '*.def' -o -name '*.md' -o -name Makefile \
	-o -name '*.in' -o -name '*.map' -o -name '*.[1-9]' \) ! -path './build/*' ! -path './.git/*' |
	sort | xargs grep -HnE "$words" >"$tmp/found" && {
	cat "$tmp/found"
	bad=1
}

for s in $(find tests bench completions .ci -name '*.sh' 2>/dev/null | sort); do
	case $(head -n 1 "$s") in
	*bash*) shell=bash ;;
	'#!/bin/sh'*) shell=sh ;;
	*)
		complain "$s has no #! line"
		continue
		;;
	esac
	command -v $shell >/dev/null 2>&1 || continue
	$shell -n "$s" || bad=1
	grep -nE '[[:blank:]]$' "$s" /dev/null && bad=1
done
exit $bad

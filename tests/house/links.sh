#!/bin/sh
# In every page: links to other files of the tree lead somewhere, so do links
# to headings, files named in `code` exist, and the commands that a reader is
# told to type are commands of this program.
set -u
: "${SRC:?run this through make check}"
bad=0
tmp=$PWD
cd "$SRC" || exit 1

complain() {
	echo "$*"
	bad=1
}

# What GitHub and GitLab make of a heading.
anchors() { # FILE
	sed -n 's/^#\{1,6\} *//p' "$1" | tr '[:upper:]' '[:lower:]' | tr -d '`' |
		sed 's/[^a-z0-9 _-]//g; s/ /-/g'
}

links() { # FILE: targets of [text](target), outside of code
	awk '/^```/ { code = !code } !code && !/^    / { gsub(/`[^`]*`/, ""); print }' "$1" |
		grep -o '](\([^)]*\))' | sed 's/^](//; s/)$//'
}

named() { # FILE: what looks like a path of this tree in `code`
	grep -o '`[^` ]*`' "$1" | tr -d '`' |
		grep -E '^(\.ci|bench|cli|docs|formats|fuzz|lib|testdata|tests)/[A-Za-z0-9_./-]+$'
}

pages=$(git ls-files '*.md' 2>/dev/null)
[ -n "$pages" ] || pages=$(find . -name '*.md' ! -path './build/*' | sed 's,^\./,,' | sort)
printf '# A b\n[x](#a-b) [y](no/such) `cli/none.c`\n' >"$tmp/probe.md"
[ "$(links "$tmp/probe.md" | wc -l)" = 2 ] && [ "$(named "$tmp/probe.md")" = cli/none.c ] &&
	[ "$(anchors "$tmp/probe.md")" = a-b ] || complain "the checks do not work"

n=0
for page in $pages; do
	dir=$(dirname "$page")
	for link in $(links "$page"); do
		n=$((n + 1))
		case $link in
		http://* | https://* | mailto:*) continue ;;
		esac
		file=${link%%#*}
		anchor=
		case $link in *'#'*) anchor=${link#*#} ;; esac
		if [ -n "$file" ]; then
			file=$dir/$file
		else
			file=$page
		fi
		if [ ! -e "$file" ]; then
			complain "$page: $link leads nowhere"
		elif [ -n "$anchor" ] && ! anchors "$file" | grep -qxF "$anchor"; then
			complain "$page: $link: no such heading"
		fi
	done
	for path in $(named "$page"); do
		[ -e "$path" ] || [ -e "$dir/$path" ] || complain "$page: there is no $path"
	done
	grep -oE '^ *(\$ )?cococtl (key|model) [a-z]+' "$page" | sed 's/.*cococtl //' | sort -u |
		while read -r wing verb; do
			[ -f "cli/model/cmd_${wing}_$verb.c" ] ||
				[ -f "cli/broker/cmd_${wing}_$verb.c" ] ||
				echo "$page: there is no command $wing $verb"
		done >"$tmp/commands"
	[ ! -s "$tmp/commands" ] || complain "$(cat "$tmp/commands")"
done
[ "$n" -gt 10 ] || complain "only $n links were found"
exit $bad

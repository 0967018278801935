#!/bin/sh
# Static analysis of formats/ and lib/: gcc -fanalyzer and clang --analyze.
# Every finding is printed; one that is not on the list below fails the run.
set -u

# FILE CHECKER: accepted findings, each with the reason why it is none.
accepted() {
	sed 's/[[:space:]]*#.*//; /^$/d' <<'END'
lib/model/lanes.c core.DivideZero            # run.h: jobs is at least 1
lib/model/tree_open.c core.CallAndMessage    # errno is not 0 after openat failed
END
}

# Files that an analyzer cannot finish, so that it would prove nothing.
too_large() { # NAME
	case $1 in
	gcc)
		# unrolled vector code without branches: gigabytes in gcc 12; clang reads it
		cat <<'END'
lib/crypto/sha256_shani.c
lib/crypto/sha256_x86.c
lib/model/planes_x86.c
END
		;;
	esac
}

flags="-I. -include analyzer.h -D_GNU_SOURCE -std=gnu11 -DCOCO_VERSION=\"x\" $(${PKG_CONFIG:-pkg-config} --cflags \
	libcrypto libzstd jansson libarchive libcurl libcbor libxml-2.0)"
jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
tmp=$(mktemp -d "${TMPDIR:-/tmp}/cococtl-analyze.XXXXXX") || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' INT TERM
find formats lib -name '*.c' | sort >"$tmp/files"

# Analyzers read one file at a time and would follow paths on which a function
# that reports an error returned 0. In a copy of the tree such a call has the
# value of the code that it was given; the definitions keep their names in
# parentheses, so that the macros leave them alone.
mkdir "$tmp/src" || exit 1
cp -R formats lib "$tmp/src" || exit 1
cd "$tmp/src" || exit 1
cat >analyzer.h <<'END'
#ifndef COCO_ANALYZER_H
#define COCO_ANALYZER_H
#include "formats/core/json.h"
#include "formats/core/toml_tree.h"
#include "lib/core/io.h"
#define coco_fail(d, code, ...) (coco_fail(d, code, __VA_ARGS__), (code))
#define coco_fail_at(d, code, ...) (coco_fail_at(d, code, __VA_ARGS__), (code))
#define coco_fail_errno(d, code, ...) (coco_fail_errno(d, code, __VA_ARGS__), (code))
#define coco_jv_fail(v, key, code, ...) (coco_jv_fail(v, key, code, __VA_ARGS__), (code))
#define coco_toml_fail(v, key, code, ...) (coco_toml_fail(v, key, code, __VA_ARGS__), (code))
#define coco_toml_report(p, code, ...) (coco_toml_report(p, code, __VA_ARGS__), (code))
#define coco_toml_bad(p, ...) (coco_toml_bad(p, __VA_ARGS__), COCO_E_FORMAT_TOML)
#endif
END
names='coco_fail|coco_fail_at|coco_fail_errno|coco_jv_fail|coco_toml_fail|coco_toml_report'
sed -i -E "s/^int ($names|coco_toml_bad)\(/int (\1)(/" formats/core/*.c lib/core/*.c
ran=0

# analyze NAME COMMAND...: one process per file, output with the file's name
analyze() {
	_name=$1
	shift
	command -v "$1" >/dev/null 2>&1 || {
		echo "$_name: $1 is not installed"
		return
	}
	ran=$((ran + 1))
	# it must find this before its silence means anything
	printf '%s\n' '#include <stdlib.h>' 'int coco_probe(int n);' \
		'int coco_probe(int n) { int *p = malloc(4); if (n) { free(p); free(p); } return 0; }' \
		>"$tmp/probe.c"
	"$@" "$tmp/probe.c" 2>&1 | grep -q 'warning:' || {
		echo "$_name does not find a double free"
		exit 1
	}
	too_large "$_name" >"$tmp/skip"
	grep -vxF -f "$tmp/skip" "$tmp/files" >"$tmp/todo"
	(
		ulimit -v 4000000 # a file that grows past this belongs on the list above
		xargs -P "$jobs" -n 1 timeout 300 "$@" <"$tmp/todo" >"$tmp/$_name" 2>&1
	) || {
		grep -E 'error:|memory' "$tmp/$_name" | head
		echo "$_name: an analyzer failed or ran out of time"
		exit 1
	}
	echo "$_name: $(wc -l <"$tmp/todo") files, $(grep -c 'warning:' "$tmp/$_name") findings"
}

# shellcheck disable=SC2086
analyze gcc gcc $flags -fanalyzer -c -o /dev/null
# shellcheck disable=SC2086
analyze clang clang $flags --analyze --analyzer-output text \
	-Xclang -analyzer-disable-checker -Xclang deadcode.DeadStores
[ "$ran" != 0 ] || exit 1

cat "$tmp/gcc" "$tmp/clang" 2>/dev/null | grep 'warning:' | sort -u >"$tmp/findings"
bad=0
while read -r line; do
	file=${line%%:*}
	checker=$(echo "$line" | sed -n 's/.*\[\([^]]*\)\]$/\1/p')
	if accepted | grep -qxF "$file $checker"; then
		echo "accepted: $line"
	else
		grep -hF -A 12 "$line" "$tmp/gcc" "$tmp/clang" 2>/dev/null | head -n 30
		bad=1
	fi
done <"$tmp/findings"
exit $bad

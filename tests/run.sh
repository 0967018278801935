#!/bin/sh
# Runs every test of the project: unit binaries, fuzz replay, scripts.
# $B is the build directory; with BINARIES_ONLY the scripts are left out. A
# script prints nothing and exits 0 when it passes, 77 when it cannot run here
# (it says why). The last line is "N passed, N failed", with ", N skipped" when
# some were.
set -u
: "${B:?run this through make check}"
passed=0
failed=0
skipped=0
export COCOCTL="$PWD/$B/cococtl"
export COCO_VECTORS="${COCO_VECTORS:-$PWD/../shared/vectors}"
tmp=$(mktemp -d "${TMPDIR:-/tmp}/cococtl-check.XXXXXX") || exit 1
trap 'rm -rf "$tmp"' EXIT INT TERM

number() { # first number of the line that matches $2 in file $1
	sed -n "s/^\\[ *$2 *\\] *\\([0-9]*\\) test(s).*/\\1/p" "$1" | head -n 1
}

for t in $(find "$B/tests" -type f -name 'test_*' -perm -u+x ! -name '*.*' 2>/dev/null | sort); do
	timeout 300 "$t" >"$tmp/log" 2>&1
	code=$?
	p=$(number "$tmp/log" PASSED)
	f=$(number "$tmp/log" FAILED)
	s=$(number "$tmp/log" SKIPPED)
	p=${p:-0}
	f=${f:-0}
	s=${s:-0}
	if [ "$code" != 0 ] && [ "$f" = 0 ]; then
		f=1
	fi
	passed=$((passed + p))
	failed=$((failed + f))
	skipped=$((skipped + s))
	if [ "$f" != 0 ]; then
		echo "FAIL ${t#"$B"/} (exit $code)"
		grep -v '^\[ *\(RUN\|OK\) *\]' "$tmp/log" | tail -n 40
	elif [ "$s" != 0 ]; then
		echo "ok   ${t#"$B"/}: $p passed, $s skipped"
		grep '^skip:' "$tmp/log" | sort -u
	else
		echo "ok   ${t#"$B"/}: $p passed"
	fi
done

for r in $(find "$B/fuzz" -type f -name 'replay_*' -perm -u+x 2>/dev/null | sort); do
	n=${r##*/replay_}
	if timeout 300 "$r" testdata/fuzz/"$n" >"$tmp/log" 2>&1; then
		passed=$((passed + 1))
		echo "ok   fuzz replay $n: $(tail -n 1 "$tmp/log")"
	else
		failed=$((failed + 1))
		echo "FAIL fuzz replay $n"
		tail -n 20 "$tmp/log"
	fi
done

scripts=$([ -n "${BINARIES_ONLY:-}" ] || find tests/cli tests/house -name '*.sh' | sort)
for s in $scripts; do
	dir="$tmp/work"
	rm -rf "$dir"
	mkdir -p "$dir"
	(cd "$dir" && SRC="$OLDPWD" timeout 300 sh "$OLDPWD/$s") >"$tmp/log" 2>&1
	code=$?
	case $code in
	0)
		passed=$((passed + 1))
		echo "ok   $s"
		;;
	77)
		skipped=$((skipped + 1))
		echo "skip $s: $(tail -n 1 "$tmp/log")"
		;;
	*)
		failed=$((failed + 1))
		echo "FAIL $s (exit $code)"
		tail -n 40 "$tmp/log"
		;;
	esac
done

if [ "$skipped" = 0 ]; then
	echo "$passed passed, $failed failed"
else
	echo "$passed passed, $failed failed, $skipped skipped"
fi
[ "$failed" = 0 ] && [ "$passed" != 0 ]

#!/bin/sh
# Every external symbol is called coco_; public header, export map and shared
# library name the same functions (CONTRIBUTING.md, "Names").
set -u
: "${SRC:?run this through make check}" "${B:?}"
bad=0

complain() {
	echo "$*"
	bad=1
}

sanitized() {
	nm -u "$SRC/$B/obj/formats/core/rd.o" | grep -qE '__(a|t|ub)san_|__sanitizer|__gcov_'
}

# Names that compilers emit for sanitizers and coverage are theirs.
theirs='^(__(odr_asan|asan|ubsan|tsan|gcov|llvm|sancov|profd|profc)|\.|_?asan\.)'
for a in libformats.a libcococtl.a; do
	[ -f "$SRC/$B/$a" ] || continue
	nm -g --defined-only "$SRC/$B/$a" 2>/dev/null | awk 'NF == 3 { print $3 }' | sort -u >names
	[ -s names ] || complain "$a defines nothing"
	grep -vE "^coco_|$theirs" names >other && complain "$a exports:" $(cat other)
done
[ -s names ] || complain "no archive was built in $B"

find "$SRC/$B/obj/cli" -name '*.o' -exec nm -g --defined-only {} + |
	awk 'NF == 3 { print $3 }' | grep -vE "^coco_|^main\$|$theirs" | sort -u >other
[ ! -s other ] || complain "cli exports:" $(cat other)

# Public header = export map = dynamic symbols.
sed -n 's/^COCO_API .*[ *]\(coco_[a-z0-9_]*\)(.*/\1/p' "$SRC/lib/cococtl.h" | sort >header
grep -c '^COCO_API' "$SRC/lib/cococtl.h" | grep -qx "$(wc -l <header)" ||
	complain "a COCO_API line of cococtl.h was not understood"
sed -n 's/^ *\(coco_[a-z0-9_]*\);.*/\1/p' "$SRC/lib/cococtl.map" | sort >map
cmp -s header map || complain "cococtl.h and cococtl.map differ:" $(comm -3 header map)
[ -s map ] || complain "the export map is empty"

so="$SRC/$B/libcococtl.so.0"
if [ -f "$so" ]; then
	nm -D --defined-only "$so" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort >dynamic
	if sanitized; then
		grep '^coco_' dynamic >mine && mv mine dynamic
	fi
	cmp -s map dynamic || complain "the shared library exports otherwise:" $(comm -3 map dynamic)
	if command -v readelf >/dev/null 2>&1; then
		readelf -d "$so" | grep -q 'SONAME.*libcococtl.so.0' || complain "wrong SONAME"
		readelf -d "$so" | grep -q 'TEXTREL' && complain "text relocations"
		readelf -lW "$so" | grep 'GNU_STACK' | grep -q 'RWE' && complain "executable stack"
	fi
else
	complain "the shared library was not built"
fi
exit $bad

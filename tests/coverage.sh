#!/bin/sh
# coverage.sh BUILD: runs the unit tests and fuzz replays of a coverage build
# below BUILD (make coverage) and prints line coverage per folder. Fails when a
# folder is under its floor or a test fails.
set -u
build=${1:?usage: coverage.sh BUILD}
gcov=${GCOV:-gcov}
floor_formats=90
floor_lib=80
failed=0

export COCO_VECTORS="${COCO_VECTORS:-$PWD/../shared/vectors}"
tmp=$(mktemp -d "${TMPDIR:-/tmp}/cococtl-coverage.XXXXXX") || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' INT TERM

find "$build" -name '*.gcda' -exec rm -f {} +
for t in $(find "$build" -path '*/tests/*' -type f -name 'test_*' -perm -u+x ! -name '*.*' | sort); do
	timeout 600 "$t" >"$tmp/log" 2>&1 || {
		echo "FAIL ${t#"$build"/}"
		tail -n 20 "$tmp/log"
		failed=1
	}
done
for r in $(find "$build" -path '*/fuzz/*' -type f -name 'replay_*' -perm -u+x | sort); do
	timeout 600 "$r" "testdata/fuzz/${r##*/replay_}" >"$tmp/log" 2>&1 || {
		echo "FAIL ${r#"$build"/}"
		failed=1
	}
done

# "File 'x.c'" and "Lines executed:P% of N" from gcov; every .c is in one object.
# An object that no test linked has notes but no counts: its lines count as 0.
find "$build" -path '*/obj/formats/*' -name '*.gcno' >"$tmp/notes"
find "$build" -path '*/obj/lib/*' -name '*.gcno' >>"$tmp/notes"
[ -s "$tmp/notes" ] || {
	echo "no coverage build below $build"
	exit 1
}
while read -r note; do
	"$gcov" -n "$note" 2>/dev/null
done <"$tmp/notes" | awk -v ff="$floor_formats" -v fl="$floor_lib" '
	/^File / {
		file = $2
		gsub(/\047/, "", file)
		sub(/^\.\//, "", file)
		next
	}
	/^Lines executed:/ && file ~ /^(formats|lib)\/[a-z]+\/[a-z0-9_]+\.c$/ {
		percent = $2
		sub(/executed:/, "", percent)
		sub(/%/, "", percent)
		folder = file
		sub(/\/[^\/]*$/, "", folder)
		hit = int(percent * $4 / 100 + 0.5)
		lines[folder] += $4
		hits[folder] += hit
		if (percent + 0 < (file ~ /^formats/ ? ff : fl))
			low[folder] = low[folder] sprintf("    %6.2f %%  %5d  %s\n", percent, $4, file)
		file = ""
		next
	}
	/^No executable lines/ { file = "" }
	END {
		n = 0
		for (f in lines) order[++n] = f
		for (i = 1; i <= n; i++)
			for (k = i + 1; k <= n; k++)
				if (order[k] < order[i]) { t = order[i]; order[i] = order[k]; order[k] = t }
		bad = n == 0
		for (i = 1; i <= n; i++) {
			f = order[i]
			floor = f ~ /^formats/ ? ff : fl
			p = 100 * hits[f] / lines[f]
			printf "%6.2f %%  of %5d lines  %-16s %s\n", p, lines[f], f, \
				p < floor ? "UNDER ITS FLOOR OF " floor " %" : "(floor " floor " %)"
			printf "%s", low[f]
			if (p < floor) bad = 1
		}
		exit bad
	}' || failed=1
exit $failed

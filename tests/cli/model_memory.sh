#!/bin/sh
# Memory does not follow the model's size: a sparse file of 1 GB within 64 MiB
# and 16 MiB per job; with COCO_TEST_LARGE=1 one of 20 GB, and 100 000 files.
. "$SRC/tests/cli/model_lib"

command -v python3 >/dev/null 2>&1 || { echo "python3 measures the memory and is not here"; exit 77; }
if grep -qc __asan_init "$COCOCTL"; then
	echo "a sanitizer needs memory of its own"
	exit 77
fi
cat >peak.py <<'PY'
import resource, subprocess, sys
code = subprocess.call(sys.argv[2:])
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=open(sys.argv[1], "w"))
sys.exit(code)
PY

# within JOBS ARGUMENT...: succeeds in 64 MiB + 16 MiB per job
within() {
	jobs=$1
	shift
	python3 peak.py peak "$COCOCTL" "$@" --jobs "$jobs" >out 2>err || fail "$*"
	limit=$(((64 + 16 * jobs) * 1024))
	[ "$(cat peak)" -le $limit ] || fail "$*: $(cat peak) KiB, at most $limit"
}

expect 0 key generate --type content -o key
mkdir m
size=1000000000
files=5000
if [ "${COCO_TEST_LARGE:-}" = 1 ]; then
	size=20000000000
	files=100000
fi
truncate -s $size m/sparse
safetensors m/t.safetensors layer 20000
"$COCOCTL" key generate -q --type p256 -o signer.pem --public signer.pub || fail "key generate"
within 4 model pack m -o pkg --key key
rm -rf pkg
for jobs in 1 ${COCO_TEST_LARGE:+4}; do
	within $jobs model pack m -o pkg --key key --sign signer.pem
	within $jobs model verify pkg --key key --public-key signer.pub
	within $jobs model open pkg -o opened --key key
	[ "$(wc -c <opened/sparse)" = $size ] || fail "the sparse file has another size"
	[ "$(du -k opened/sparse | cut -f 1)" -lt 1000 ] || fail "holes were filled"
	rm -rf pkg opened
done
rm m/sparse

# many small files
i=0
while [ $i -lt 10 ]; do
	mkdir m/$i
	seq $((files / 10)) | split -l 1 -a 4 - m/$i/file-
	i=$((i + 1))
done
expect 0 model pack m -o pkg --key key --sign signer.pem --json
has out "\"files\":$((files + 1))"
expect 0 model verify pkg --key key --public-key signer.pub
expect 0 model open pkg -o opened --key key --public-key signer.pub
diff -r m opened >out || fail "many files"
if [ $files = 5000 ]; then
	rm -rf pkg opened
	within 2 model pack m -o pkg --key key --sign signer.pem
	within 2 model open pkg -o opened --key key --public-key signer.pub
fi

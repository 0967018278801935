#!/bin/bash
# Measures cococtl against the bounds of this machine and against rivals, in
# one run, on the same bytes, with the data in memory, and prints ratios.
#
#   BENCH_DIR     where to work; a memory file system (default: /dev/shm)
#   BENCH_SHARDS  files of the model (16); BENCH_MIB: size of each in MiB (128)
#   BENCH_ROUNDS  rounds of each comparison (5)
#   BENCH_JSON    file for the figures as JSON (none)
#   BENCH_SPARSE  1: also pack sparse files of 1, 10 and 100 GB
#   MODEL_SIGNING a model_signing program to compare with (found on PATH)
#   SEV_SNP_MEASURE a sev-snp-measure program, likewise
#   BENCH_OVMF    a firmware image with TDX metadata (/usr/share/ovmf/OVMF.fd)
# The parts about measurements and evidence are in measure.sh and evidence.sh.
set -eu
: "${B:?run this through make bench}"
root=$PWD
coco=$root/$B/cococtl
bounds=$root/$B/bench/bench_bounds
timer=$root/$B/bench/bench_time
gen=$root/$B/bench/bench_model

shards=${BENCH_SHARDS:-16}
mib=${BENCH_MIB:-128}
rounds=${BENCH_ROUNDS:-5}
dir=$(mktemp -d "${BENCH_DIR:-/dev/shm}/cococtl-bench.XXXXXX")
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM
json=

bytes=$((shards * mib * 1048576))
jobs=$(nproc)

say() { printf '%s\n' "$*"; }
rate() { awk -v b="$bytes" -v s="$1" 'BEGIN { printf "%.3f", b / 1e9 / s }'; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }
note() { json="$json${json:+,}\"$1\":$2"; }
# row NAME VALUE UNIT [RATIO-TEXT]
row() { printf '  %-44s %9s %-5s %s\n' "$1" "$2" "$3" "${4:-}"; }

# field N of the line that begins with NAME in the timer's output
field() { awk -v n="$2" -v k="$3" '$1 == n { print $k }' "$1"; }

say "machine   $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $jobs cores, $(uname -r)"
say "program   $("$coco" version | head -n 1)"
say "model     $shards files of $mib MiB, bf16, normal distribution, in $(df --output=fstype "$dir" | tail -n 1)"
say "method    median of $rounds rounds, programs in turn within a round; rates are plaintext bytes"
say

"$gen" "$dir/m" "$shards" "$mib"
cd "$dir"
"$coco" key generate --type content -o ck -q
"$coco" key generate --type p256 -o s.pem --public s.pub -q

say "bounds (libcrypto loops and memory copy, $jobs threads)"
"$bounds" "$jobs" >b.txt
while read -r name value; do
	row "$name" "$value" GB/s
	note "bound_$(echo "$name" | tr '+-' '__')_gbps" "$value"
done <b.txt
bound_pack=$(awk '$1 == "sha-256+gcm+sha-256" { print $2 }' b.txt)
bound_sha=$(awk '$1 == "sha-256" { print $2 }' b.txt)
say

have_age=
if command -v age >/dev/null && command -v age-keygen >/dev/null; then
	have_age=1
	age-keygen -o age.key 2>/dev/null
	age_to=$(age-keygen -y age.key)
fi

say "pack without compression, both digests, with the write"
before='rm -rf p out.age d1 d2'
set -- cococtl "$coco model pack m -o p --key ck --compress off -q --progress none >/dev/null"
if [ -n "$have_age" ]; then
	# the digests of plaintext and ciphertext are taken while age runs
	set -- "$@" age "set -o pipefail; tar -cf - m | tee >(openssl dgst -sha256 >d1) | age -r $age_to | tee >(openssl dgst -sha256 >d2) >out.age"
fi
"$timer" "$rounds" "$before" "$@" >t.txt
ours=$(field t.txt cococtl 2)
r=$(rate "$ours")
row "cococtl model pack --compress off" "$r" GB/s "$(ratio "$r" "$bound_pack") x bound (goal 1.1, floor 0.85)"
note pack_off_gbps "$r"
note pack_off_vs_bound "$(ratio "$r" "$bound_pack")"
note pack_off_peak_kib "$(field t.txt cococtl 4)"
row "  peak memory" "$(($(field t.txt cococtl 4) / 1024))" MiB "limit $((64 + 16 * jobs)) MiB"
if [ -n "$have_age" ]; then
	theirs=$(field t.txt age 2)
	row "tar | age -r, two digests beside" "$(rate "$theirs")" GB/s "cococtl $(ratio "$theirs" "$ours") x (goal 3)"
	note pack_off_vs_age "$(ratio "$theirs" "$ours")"
fi
say

say "open to new files"
eval "$before"
"$coco" model pack m -o p --key ck --compress off --sign s.pem -q --progress none >/dev/null
set -- cococtl "$coco model open p -o o --key ck -q --progress none >/dev/null" \
	signed "$coco model open p -o o --key ck --public-key s.pub -q --progress none >/dev/null" \
	cp "cp -r m o"
if [ -n "$have_age" ]; then
	tar -cf - m | age -r "$age_to" >out.age
	set -- "$@" age "set -o pipefail; mkdir o; age -d -i age.key out.age | tar -xf - -C o"
fi
"$timer" "$rounds" 'rm -rf o' "$@" >t.txt
ours=$(field t.txt cococtl 2)
theirs=$(field t.txt cp 2)
r=$(rate "$ours")
row "cococtl model open (every chunk authenticated)" "$r" GB/s "$(ratio "$theirs" "$ours") x cp (goal 0.75)"
note open_off_gbps "$r"
note open_off_vs_cp "$(ratio "$theirs" "$ours")"
row "  with signature and plaintext digests" "$(rate "$(field t.txt signed 2)")" GB/s "$(ratio "$theirs" "$(field t.txt signed 2)") x cp"
note open_signed_gbps "$(rate "$(field t.txt signed 2)")"
row "cp -r" "$(rate "$theirs")" GB/s
if [ -n "$have_age" ]; then
	theirs=$(field t.txt age 2)
	row "age -d | tar -x" "$(rate "$theirs")" GB/s "cococtl $(ratio "$theirs" "$ours") x (goal 2)"
	note open_off_vs_age "$(ratio "$theirs" "$ours")"
fi
say

say "verify and sign"
set -- verify "$coco model verify p --public-key s.pub -q --progress none >/dev/null" \
	sign "$coco model sign m --key s.pem -o m.sig -f -q --progress none >/dev/null"
ms=${MODEL_SIGNING:-$(command -v model_signing || true)}
if [ -n "$ms" ]; then
	set -- "$@" model_signing "$ms sign key m --private_key s.pem --signature m2.sig >/dev/null"
fi
"$timer" "$rounds" 'rm -rf o' "$@" >t.txt
r=$(rate "$(field t.txt verify 2)")
row "cococtl model verify (every blob)" "$r" GB/s "$(ratio "$r" "$bound_sha") x SHA-256 bound (goal 0.9)"
note verify_vs_sha_bound "$(ratio "$r" "$bound_sha")"
r=$(rate "$(field t.txt sign 2)")
row "cococtl model sign DIR (OMS)" "$r" GB/s "$(ratio "$r" "$bound_sha") x SHA-256 bound (goal 0.9)"
note oms_sign_vs_sha_bound "$(ratio "$r" "$bound_sha")"
if [ -n "$ms" ]; then
	theirs=$(field t.txt model_signing 2)
	row "model_signing sign key" "$(rate "$theirs")" GB/s "cococtl $(ratio "$theirs" "$(field t.txt sign 2)") x"
	note oms_sign_vs_model_signing "$(ratio "$theirs" "$(field t.txt sign 2)")"
fi
say

say "pack with planes"
before='rm -rf q out.age'
set -- cococtl "$coco model pack m -o q --key ck --compress planes -q --progress none >/dev/null" \
	auto "$coco model pack m -o q --key ck -q --progress none >/dev/null"
if [ -n "$have_age" ]; then
	set -- "$@" age "set -o pipefail; tar -cf - m | zstd -q -1 -T0 | age -r $age_to >out.age"
fi
"$timer" "$rounds" "$before" "$@" >t.txt
ours=$(field t.txt cococtl 2)
r=$(rate "$ours")
eval "$before"
"$coco" model pack m -o q --key ck --compress planes --sign s.pem -q --progress none >/dev/null
size=$(du -sb q | cut -f 1)
row "cococtl model pack --compress planes" "$r" GB/s "to $(awk -v a="$size" -v b="$bytes" 'BEGIN { printf "%.1f", 100 * a / b }') % (goal 67 %)"
note pack_planes_gbps "$r"
note pack_planes_size "$(awk -v a="$size" -v b="$bytes" 'BEGIN { printf "%.4f", a / b }')"
row "  peak memory" "$(($(field t.txt cococtl 4) / 1024))" MiB "limit $((64 + 16 * jobs)) MiB"
note pack_planes_peak_kib "$(field t.txt cococtl 4)"
row "cococtl model pack (auto)" "$(rate "$(field t.txt auto 2)")" GB/s
if [ -n "$have_age" ]; then
	theirs=$(field t.txt age 2)
	tar -cf - m | zstd -q -1 -T0 | age -r "$age_to" >out.age
	size=$(stat -c %s out.age)
	row "tar | zstd -1 -T0 | age -r" "$(rate "$theirs")" GB/s "to $(awk -v a="$size" -v b="$bytes" 'BEGIN { printf "%.1f", 100 * a / b }') %; cococtl $(ratio "$theirs" "$ours") x (goal 2)"
	note pack_planes_vs_zstd_age "$(ratio "$theirs" "$ours")"
fi
say

say "open with planes"
set -- cococtl "$coco model open q -o o --key ck -q --progress none >/dev/null"
if [ -n "$have_age" ]; then
	set -- "$@" age "set -o pipefail; mkdir o; age -d -i age.key out.age | zstd -q -d | tar -xf - -C o"
fi
"$timer" "$rounds" 'rm -rf o' "$@" >t.txt
ours=$(field t.txt cococtl 2)
row "cococtl model open" "$(rate "$ours")" GB/s
note open_planes_gbps "$(rate "$ours")"
if [ -n "$have_age" ]; then
	theirs=$(field t.txt age 2)
	row "age -d | zstd -d | tar -x" "$(rate "$theirs")" GB/s "cococtl $(ratio "$theirs" "$ours") x (goal 2)"
	note open_planes_vs_zstd_age "$(ratio "$theirs" "$ours")"
fi
rm -rf o q p out.age
say

say "one large file instead of $shards (its plaintext digest is serial)"
mkdir one
cat m/*.safetensors >one/model.bin
"$timer" "$rounds" 'rm -rf p' cococtl "$coco model pack one -o p --key ck --compress off -q --progress none >/dev/null" >t.txt
r=$(rate "$(field t.txt cococtl 2)")
row "cococtl model pack --compress off" "$r" GB/s "$(ratio "$r" "$bound_pack") x bound"
note pack_one_vs_bound "$(ratio "$r" "$bound_pack")"
rm -rf p
"$coco" model pack one -o p --key ck --compress off -q --progress none >/dev/null
"$timer" "$rounds" 'rm -rf o' cococtl "$coco model open p -o o --key ck -q --progress none >/dev/null" cp "cp -r one o" >t.txt
row "cococtl model open" "$(rate "$(field t.txt cococtl 2)")" GB/s "$(ratio "$(field t.txt cp 2)" "$(field t.txt cococtl 2)") x cp"
note open_one_vs_cp "$(ratio "$(field t.txt cp 2)" "$(field t.txt cococtl 2)")"
rm -rf o p one

if [ "${BENCH_SPARSE:-0}" = 1 ]; then
	say
	say "sparse files: time and memory by size"
	for gb in 1 10 100; do
		rm -rf s sp
		mkdir s
		truncate -s "${gb}G" s/model.bin
		"$timer" 1 true cococtl "$coco model pack s -o sp --key ck -q --progress none >/dev/null" >t.txt
		row "$gb GiB of zeros, pack" "$(field t.txt cococtl 2)" s "$(awk -v g="$gb" -v s="$(field t.txt cococtl 2)" 'BEGIN { printf "%.2f", g * 1.073741824 / s }') GB/s, peak $(($(field t.txt cococtl 4) / 1024)) MiB"
		note "sparse_${gb}_seconds" "$(field t.txt cococtl 2)"
		note "sparse_${gb}_peak_kib" "$(field t.txt cococtl 4)"
	done
fi

# shellcheck source=bench/measure.sh
. "$root/bench/measure.sh"
# shellcheck source=bench/evidence.sh
. "$root/bench/evidence.sh"
say
say "launch digests of a 4 MiB firmware (SEV-SNP), wall time of the program"
"$launch" image fw.fd
echo kernel >kernel
seq 100000 | sed 's/^/console=ttyS0 candidate=/' >lines
none=000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
one="--vcpu-type EPYC-v4 --guest-features 1 --vmm qemu"
bound=$("$launch" pages fw.fd 15)
set -- start "$coco version >/dev/null" \
	snp "$coco measure snp --firmware fw.fd --vcpus 64 --vcpu-type EPYC-v4 >/dev/null" \
	matrix "$coco measure snp --firmware fw.fd --vcpus 1-64 --vcpu-type all >/dev/null" \
	search "$coco measure search --actual $none --firmware fw.fd --kernel kernel $one --vcpus 4 --vary hashes=on,append-form=exact,append=@lines >/dev/null 2>&1 || [ \$? = 1 ]"
ssm=${SEV_SNP_MEASURE:-$(command -v sev-snp-measure || true)}
if [ -n "$ssm" ]; then
	set -- "$@" sev-snp-measure "$ssm --mode snp --vcpus 64 --vcpu-type EPYC-v4 --ovmf fw.fd >/dev/null"
fi
"$timer" "$rounds" true "$@" >t.txt
ms() { awk -v s="$1" 'BEGIN { printf "%.1f", 1000 * s }'; }
ours=$(field t.txt snp 2)
start=$(field t.txt start 2)
row "SHA-384 of its pages (libcrypto, bound)" "$(ms "$bound")" ms
row "cococtl measure snp, 64 vCPUs" "$(ms "$ours")" ms "$(awk -v o="$ours" -v s="$start" -v b="$bound" 'BEGIN { printf "%.2f", (o - s) / b }') x bound after $(ms "$start") ms of start (goal 1.3, start 3)"
note snp_ms "$(ms "$ours")"
note snp_vs_bound "$(awk -v o="$ours" -v s="$start" -v b="$bound" 'BEGIN { printf "%.3f", (o - s) / b }')"
note start_ms "$(ms "$start")"
row "cococtl measure snp, 1-64 vCPUs, all models" "$(ms "$(field t.txt matrix 2)")" ms "goal: well under 1000"
note snp_matrix_ms "$(ms "$(field t.txt matrix 2)")"
row "cococtl measure search, 100000 candidates" "$(ms "$(field t.txt search 2)")" ms "goal: seconds"
note search_100000_ms "$(ms "$(field t.txt search 2)")"
if [ -n "$ssm" ]; then
	theirs=$(field t.txt sev-snp-measure 2)
	row "sev-snp-measure, 64 vCPUs" "$(ms "$theirs")" ms "cococtl $(ratio "$theirs" "$ours") x (goal 50)"
	note snp_vs_sev_snp_measure "$(ratio "$theirs" "$ours")"
fi
say
say "a key broker that answers after 10 ms: 1000 resources"
if command -v curl >/dev/null; then
	"$coco" key generate --type ed25519 -o admin.pem --public admin.pub -q
	"$coco" key generate --type ed25519 -o ledger.pem -q
	"$root/$B/tests/demo/kbs_server" v0.21 admin.pub --delay 10 >url &
	server=$!
	trap 'kill "$server" 2>/dev/null; rm -rf "$dir"' EXIT
	while [ ! -s url ]; do sleep 0.1; done
	url=$(cat url)
	head -c 32 /dev/urandom >resource
	chmod 600 resource
	{
		printf 'schema = "cococtl.broker.v1"\n[broker]\naddress = "%s"\nadmin_key = "admin.pem"\n' "$url"
		printf '[ledger]\nkey = "ledger.pem"\n'
		for i in $(seq 1000); do
			printf '[[key]]\nresource = "tenant/key/%d"\nfrom = "resource"\n' "$i"
		done
	} >broker.toml
	"$timer" 1 'rm -f broker.ledger.jsonl' \
		trips "curl -sf -o /dev/null '$url/healthz?[1-1000]'" \
		one "$coco broker apply broker.toml --jobs 1 -q --progress none >/dev/null" \
		all "$coco broker apply broker.toml --jobs 16 -q --progress none >/dev/null" >t.txt
	trips=$(field t.txt trips 2)
	row "1000 round trips, one connection (curl, bound)" "$(ms "$trips")" ms
	row "cococtl broker apply, one connection" "$(ms "$(field t.txt one 2)")" ms "$(ratio "$(field t.txt one 2)" "$trips") x bound (goal 1.2)"
	row "cococtl broker apply --jobs 16" "$(ms "$(field t.txt all 2)")" ms "$(ratio "$(field t.txt all 2)" "$trips") x bound"
	note apply_1000_vs_trips "$(ratio "$(field t.txt one 2)" "$trips")"
	note apply_1000_jobs16_vs_trips "$(ratio "$(field t.txt all 2)" "$trips")"
	kill "$server"
	trap 'rm -rf "$dir"' EXIT
else
	say "  curl is not installed"
fi
if [ -n "${BENCH_JSON:-}" ]; then
	printf '{"bytes":%s,"jobs":%s,"rounds":%s,%s}\n' "$bytes" "$jobs" "$rounds" "$json" >"$BENCH_JSON"
fi

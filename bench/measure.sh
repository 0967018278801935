#!/bin/bash
# The part of run.sh that is about measurements: sourced by it, with its functions.
# Bounds are loops of libcrypto over the same bytes, run in turn with the programs.

launch=$root/$B/bench/bench_launch
mint=$root/$B/bench/bench_mint
ms() { awk -v s="$1" 'BEGIN { printf "%.1f", 1000 * s }'; }
# the median of column N of a file
middle() { awk -v n="$2" '{ print $n }' "$1" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
# what a program needs beyond its start, against a bound
beyond() { awk -v o="$1" -v s="$2" -v b="$3" 'BEGIN { printf "%.2f", (o - s) / b }'; }

say
say "dm-verity (one disk of $((shards * mib)) MiB, SHA-256, blocks of 4096 bytes, salt of 32)"
"$root/$B/bench/bench_verity" "$jobs" "$((shards * mib))" "$rounds" >b.txt
lib=$(awk '$1 == "sha-256" { print $2 }' b.txt)
lanes=$(awk '$1 == "sha-256-lanes" { print $2 }' b.txt)
r=$(awk '$1 == "verity" { print $2 }' b.txt)
row "SHA-256, libcrypto, one stream per core" "$lib" GB/s
row "SHA-256, own lanes, nothing else" "$lanes" GB/s
row "root hash of a disk in memory" "$r" GB/s "$(ratio "$r" "$lib") x SHA-256 bound (goal 0.9), $(ratio "$r" "$lanes") x lanes"
note verity_vs_sha_bound "$(ratio "$r" "$lib")"
note verity_vs_lanes "$(ratio "$r" "$lanes")"
cat m/*.safetensors >disk.img
truncate -s "$(($(stat -c %s disk.img) / 4096 * 4096))" disk.img
bytes=$(stat -c %s disk.img)
salt=$(printf %064d 1)
set -- cococtl "$coco measure verity disk.img --salt $salt --hash-output h1.img -q >/dev/null"
vs=$(PATH=$PATH:/usr/sbin:/sbin command -v veritysetup || true)
if [ -n "$vs" ]; then
	set -- "$@" veritysetup "$vs format disk.img h2.img --salt=$salt >/dev/null"
fi
"$timer" "$rounds" 'rm -f h1.img h2.img' "$@" >t.txt
ours=$(field t.txt cococtl 2)
r=$(rate "$ours")
row "cococtl measure verity --hash-output" "$r" GB/s "$(ratio "$r" "$lib") x SHA-256 bound"
row "  processor time" "$(field t.txt cococtl 3)" s "wall $ours s"
row "  peak memory" "$(($(field t.txt cococtl 4) / 1024))" MiB
note verity_file_gbps "$r"
note verity_peak_kib "$(field t.txt cococtl 4)"
if [ -n "$vs" ]; then
	theirs=$(field t.txt veritysetup 2)
	row "veritysetup format" "$(rate "$theirs")" GB/s "cococtl $(ratio "$theirs" "$ours") x (goal 3)"
	cpu=$(ratio "$(field t.txt veritysetup 3)" "$(field t.txt cococtl 3)")
	row "  processor time" "$(field t.txt veritysetup 3)" s "cococtl $cpu x less, on all cores at the same time"
	note verity_vs_veritysetup "$(ratio "$theirs" "$ours")"
	note verity_vs_veritysetup_cpu "$cpu"
fi
rm -f disk.img h1.img h2.img

say
say "launch digests of a 4 MiB firmware (SEV-SNP), wall time of the program"
"$launch" image fw.fd
echo kernel >kernel
seq 100000 | sed 's/^/console=ttyS0 candidate=/' >lines
none=000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
one="--vcpu-type EPYC-v4 --guest-features 1 --vmm qemu"
rm -f bound.txt
set -- start "$coco version >/dev/null" \
	bound "$launch pages fw.fd 1 >>bound.txt" \
	snp "$coco measure snp --firmware fw.fd --vcpus 64 --vcpu-type EPYC-v4 >/dev/null" \
	matrix "$coco measure snp --firmware fw.fd --vcpus 1-64 --vcpu-type all >/dev/null" \
	search "$coco measure search --actual $none --firmware fw.fd --kernel kernel $one --vcpus 4 --vary hashes=on,append-form=exact,append=@lines >/dev/null 2>&1 || [ \$? = 1 ]"
ssm=${SEV_SNP_MEASURE:-$(command -v sev-snp-measure || true)}
if [ -n "$ssm" ]; then
	set -- "$@" sev-snp-measure "$ssm --mode snp --vcpus 64 --vcpu-type EPYC-v4 --ovmf fw.fd >/dev/null"
fi
"$timer" "$((rounds * 3))" true "$@" >t.txt
ours=$(field t.txt snp 2)
start=$(field t.txt start 2)
bound=$(middle bound.txt 1)
cpu=$(middle bound.txt 2)
row "SHA-384 of its pages (libcrypto, bound)" "$(ms "$bound")" ms
row "cococtl measure snp, 64 vCPUs" "$(ms "$ours")" ms "$(beyond "$ours" "$start" "$bound") x bound after $(ms "$start") ms of start (goal 1.3, start 3)"
row "  processor time" "$(ms "$(field t.txt snp 3)")" ms "$(beyond "$(field t.txt snp 3)" "$(field t.txt start 3)" "$cpu") x that of the bound after the start"
note snp_ms "$(ms "$ours")"
note snp_vs_bound "$(beyond "$ours" "$start" "$bound")"
note start_ms "$(ms "$start")"
row "cococtl measure snp, 1-64 vCPUs, all models" "$(ms "$(field t.txt matrix 2)")" ms "goal: well under 1000"
note snp_matrix_ms "$(ms "$(field t.txt matrix 2)")"
row "cococtl measure search, 100000 candidates" "$(ms "$(field t.txt search 2)")" ms "goal: seconds"
note search_100000_ms "$(ms "$(field t.txt search 2)")"
if [ -n "$ssm" ]; then
	theirs=$(field t.txt sev-snp-measure 2)
	row "sev-snp-measure, 64 vCPUs" "$(ms "$theirs")" ms "cococtl $(ratio "$theirs" "$ours") x (goal 50)"
	note snp_vs_sev_snp_measure "$(ratio "$theirs" "$ours")"
	cpu=$(ratio "$(field t.txt sev-snp-measure 3)" "$(field t.txt snp 3)")
	row "  processor time" "$(ms "$(field t.txt sev-snp-measure 3)")" ms "cococtl $cpu x less"
	note snp_vs_sev_snp_measure_cpu "$cpu"
fi

say
say "IGVM, MRTD, EIF: processor time of the program"
"$mint" igvm x.igvm fw.fd
"$mint" eif x.eif 64
rm -f igvm.txt mrtd.txt
set -- start "$coco version >/dev/null" \
	igvm-bound "$launch pages fw.fd 1 >>igvm.txt" \
	igvm "$coco measure igvm x.igvm --rules igvm >/dev/null" \
	eif-bound "openssl dgst -sha384 x.eif >/dev/null" \
	eif "$coco measure eif x.eif >/dev/null"
ovmf=${BENCH_OVMF:-/usr/share/ovmf/OVMF.fd}
if [ -r "$ovmf" ]; then
	set -- "$@" mrtd-bound "$launch mrtd $ovmf 1 >>mrtd.txt" \
		mrtd "$coco measure tdx --firmware $ovmf --add-page single --register mrtd >/dev/null"
fi
"$timer" "$rounds" true "$@" >t.txt
start=$(field t.txt start 3)
bound=$(middle igvm.txt 2)
ours=$(field t.txt igvm 3)
row "cococtl measure igvm, 1024 pages" "$(ms "$ours")" ms "$(beyond "$ours" "$start" "$bound") x SHA-384 of its pages after the start"
note igvm_vs_bound "$(beyond "$ours" "$start" "$bound")"
if [ -r "$ovmf" ]; then
	bound=$(middle mrtd.txt 2)
	ours=$(field t.txt mrtd 3)
	row "cococtl measure tdx, MRTD of $(($(stat -L -c %s "$ovmf") / 1048576)) MiB" "$(ms "$ours")" ms "$(beyond "$ours" "$start" "$bound") x SHA-384 of its records after the start"
	note mrtd_vs_bound "$(beyond "$ours" "$start" "$bound")"
else
	say "  MRTD: skipped, there is no $ovmf (package ovmf, or BENCH_OVMF)"
fi
bound=$(field t.txt eif-bound 3)
ours=$(field t.txt eif 3)
row "cococtl measure eif, 64 MiB" "$(ms "$ours")" ms "$(ratio "$ours" "$bound") x one SHA-384 over the file (it takes two, SHA-256 and a CRC)"
note eif_vs_sha384 "$(ratio "$ours" "$bound")"
rm -f x.igvm x.eif fw.fd kernel lines

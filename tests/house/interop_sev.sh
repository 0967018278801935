#!/bin/sh
# measure snp, sev-es, sev against sev-snp-measure (PyPI): random launches of a minted
# firmware with room for kernel hashes, and of Debian's OVMF where it is installed.
# COCO_SEV_SNP_MEASURE names the peer; COCO_SEV_CASES how many launches, COCO_SEV_SEED which.
. "$SRC/tests/cli/lib"
. "$SRC/tests/cli/firmware_lib"

peer=${COCO_SEV_SNP_MEASURE:-sev-snp-measure}
command -v "$peer" >/dev/null 2>&1 || {
	echo "sev-snp-measure is not installed"
	exit 77
}
make_firmware fw
head -c 8192 fw >hashes.fd
plain=/usr/share/ovmf/OVMF.fd
[ -f $plain ] || plain=hashes.fd
head -c 70000 /dev/urandom >kernel
head -c 33333 /dev/urandom >initrd

# MODE VMM VCPUS MODEL FEATURES KERNEL INITRD APPEND, a line each
awk -v n="${COCO_SEV_CASES:-40}" -v seed="${COCO_SEV_SEED:-7}" '
function pick(list,    a, k) { k = split(list, a, " "); return a[int(rand() * k) + 1] }
BEGIN {
	srand(seed)
	models = "EPYC EPYC-v1 EPYC-v2 EPYC-v3 EPYC-v4 EPYC-IBPB EPYC-Rome EPYC-Rome-v2 EPYC-Rome-v3 " \
		"EPYC-Milan EPYC-Milan-v2 EPYC-Genoa EPYC-Genoa-v1"
	for (i = 0; i < n; i++)
		print pick("snp snp snp snp seves sev"), pick("qemu qemu qemu ec2 gce"), \
			int(rand() * 70) + 1, pick(models), pick("0x1 0x21 0x5 0x201"), \
			pick("yes no"), pick("yes no"), pick("none plain blanks quote")
}' >cases

n=0
while read -r mode vmm vcpus model features kernel initrd append; do
	firmware=$plain
	set --
	theirs=
	if [ "$kernel" = yes ]; then
		firmware=hashes.fd
		set -- --kernel kernel
		[ "$initrd" = no ] || set -- "$@" --initrd initrd
		case $append in
		plain) set -- "$@" --append 'console=ttyS0 root=/dev/vda' ;;
		blanks) set -- "$@" --append ' quiet  ' ;;
		quote) set -- "$@" --append "a=\"b c\" d='e'" ;;
		esac
	fi
	case $mode in
	snp) ours='measure snp' ;;
	seves) ours='measure sev-es' ;;
	sev) ours='measure sev' ;;
	esac
	wanted=$("$peer" --mode "$mode" --vmm-type "$(echo "$vmm" | sed s/qemu/QEMU/)" --vcpus "$vcpus" \
		--vcpu-type "$model" --guest-features "$features" --ovmf "$firmware" "$@" 2>&1) ||
		fail "the peer: $wanted"
	# shellcheck disable=SC2086
	case $mode in
	snp) set -- "$@" --vmm "$vmm" --vcpus "$vcpus" --vcpu-type "$model" --guest-features "$features" ;;
	seves) set -- "$@" --vmm "$vmm" --vcpus "$vcpus" --vcpu-type "$model" ;;
	esac
	# shellcheck disable=SC2086
	expect 0 $ours --firmware "$firmware" "$@" --form hex -o -
	grep -q "$wanted" out || fail "$mode $vmm $vcpus $model $features $*: wanted $wanted"
	n=$((n + 1))
done <cases
[ "$n" = "${COCO_SEV_CASES:-40}" ] || fail "$n launches were compared"

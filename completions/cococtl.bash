# bash completion for cococtl
# Generated from the command table by "make docs"; do not edit.

_cococtl_words()
{
	mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur")
}

_cococtl_paths()
{
	compopt -o filenames
	mapfile -t COMPREPLY < <(compgen "$1" -- "$cur")
}

# What can follow the words of a command so far.
_cococtl_commands()
{
	case $* in
	'') echo 'key model measure evidence policy collateral broker initdata refval help explain schema completion version' ;;
	'key') echo 'generate public inspect wrap unwrap seal unseal' ;;
	'model') echo 'plan pack merge sign verify inspect open cat rewrap export' ;;
	'measure') echo 'profile snp sev-es sev id-block igvm eif pe verity uki diff search image vtpm tdx' ;;
	'measure profile') echo 'import check' ;;
	'evidence') echo 'inspect verify explain' ;;
	'policy') echo 'test generate lint' ;;
	'collateral') echo 'fetch add list check' ;;
	'broker') echo 'probe token put get delete plan apply status' ;;
	'initdata') echo 'create inspect check' ;;
	'refval') echo 'create merge export diff show' ;;
	esac
}

_cococtl()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local cmd n
	local -a w=("${COMP_WORDS[@]:0:COMP_CWORD}")

	COMPREPLY=()
	# readline splits --option=value at the sign
	if [[ $cur == = ]]; then
		cur=
	elif [[ $prev == = ]]; then
		prev=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	if ((COMP_CWORD == 1)); then
		_cococtl_words "$(_cococtl_commands) --help --version"
		return
	fi
	cmd=${w[1]}
	n=2
	while [[ -n $(_cococtl_commands "$cmd") ]]; do
		if ((COMP_CWORD == n)); then
			_cococtl_words "$(_cococtl_commands "$cmd")"
			return
		fi
		cmd+=" ${w[n]}"
		n=$((n + 1))
	done
	case $cmd in
	'key generate')
		case $prev in
		--type) _cococtl_words "ed25519 p256 p384 p521 rsa3072 content"; return ;;
		--public) _cococtl_paths -f; return ;;
		-o | --output) _cococtl_paths -f; return ;;
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--type --public --output --force --dry-run --at --json --format --pretty --color --no-input --log-file --quiet --verbose --help"
		else
			:
		fi
		;;
	'key public')
		case $prev in
		-o | --output) _cococtl_paths -f; return ;;
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--output --force --dry-run --insecure-permissions --at --json --format --pretty --color --no-input --log-file --quiet --verbose --help"
		else
			_cococtl_paths -f
		fi
		;;
	'key inspect')
		case $prev in
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--insecure-permissions --at --json --format --pretty --color --no-input --log-file --quiet --verbose --help"
		else
			_cococtl_paths -f
		fi
		;;
	'key wrap')
		case $prev in
		--recipient) _cococtl_paths -f; return ;;
		--key) _cococtl_paths -f; return ;;
		--key-id) :; return ;;
		-o | --output) _cococtl_paths -f; return ;;
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--recipient --key --key-id --output --force --dry-run --insecure-permissions --at --json --format --pretty --color --no-input --log-file --quiet --verbose --help"
		else
			:
		fi
		;;
	'key unwrap')
		case $prev in
		--identity) _cococtl_paths -f; return ;;
		-o | --output) _cococtl_paths -f; return ;;
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--identity --output --force --dry-run --insecure-permissions --at --json --format --pretty --color --no-input --log-file --quiet --verbose --help"
		else
			_cococtl_paths -f
		fi
		;;
	'model plan')
		case $prev in
		--segment-size) :; return ;;
		--ignore) :; return ;;
		-o | --output) _cococtl_paths -f; return ;;
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--progress) _cococtl_words "auto bar plain json none"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--segment-size --ignore --ignore-git-paths --output --force --dry-run --show-names --at --json --format --pretty --color --progress --no-input --log-file --quiet --verbose --help"
		else
			_cococtl_paths -d
		fi
		;;
	'model pack')
		case $prev in
		--key) _cococtl_paths -f; return ;;
		--new-key) _cococtl_paths -f; return ;;
		--key-id) :; return ;;
		--sign) _cococtl_paths -f; return ;;
		--certificate) _cococtl_paths -f; return ;;
		--chain) _cococtl_paths -f; return ;;
		--recipient) _cococtl_paths -f; return ;;
		--version) :; return ;;
		--previous) :; return ;;
		--tag) :; return ;;
		--compress) _cococtl_words "auto off zstd planes"; return ;;
		--segment-size) :; return ;;
		--plaintext-at-rest) _cococtl_words "allow deny guest-encrypted"; return ;;
		--ignore) :; return ;;
		--plan) _cococtl_paths -f; return ;;
		--shard) :; return ;;
		-o | --output) _cococtl_paths -d; return ;;
		--jobs) :; return ;;
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--progress) _cococtl_words "auto bar plain json none"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--key --new-key --key-id --sign --certificate --chain --recipient --version --previous --tag --compress --segment-size --plaintext-at-rest --no-plaintext-digests --ignore --ignore-git-paths --resume --plan --shard --output --force --dry-run --jobs --show-names --insecure-permissions --at --json --format --pretty --color --progress --no-input --log-file --quiet --verbose --help"
		else
			_cococtl_paths -d
		fi
		;;
	'model merge')
		case $prev in
		--key) _cococtl_paths -f; return ;;
		--key-id) :; return ;;
		--sign) _cococtl_paths -f; return ;;
		--certificate) _cococtl_paths -f; return ;;
		--chain) _cococtl_paths -f; return ;;
		--recipient) _cococtl_paths -f; return ;;
		-o | --output) _cococtl_paths -d; return ;;
		--jobs) :; return ;;
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--progress) _cococtl_words "auto bar plain json none"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--key --key-id --sign --certificate --chain --recipient --output --force --dry-run --jobs --show-names --insecure-permissions --at --json --format --pretty --color --progress --no-input --log-file --quiet --verbose --help"
		else
			_cococtl_paths -d
		fi
		;;
	'model sign')
		case $prev in
		--key) _cococtl_paths -f; return ;;
		--certificate) _cococtl_paths -f; return ;;
		--chain) _cococtl_paths -f; return ;;
		--ignore) :; return ;;
		-o | --output) _cococtl_paths -f; return ;;
		--jobs) :; return ;;
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--progress) _cococtl_words "auto bar plain json none"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--key --certificate --chain --ignore --no-ignore-git-paths --allow-symlinks --output --force --dry-run --jobs --show-names --insecure-permissions --at --json --format --pretty --color --progress --no-input --log-file --quiet --verbose --help"
		else
			_cococtl_paths -d
		fi
		;;
	'model verify')
		case $prev in
		--public-key) _cococtl_paths -f; return ;;
		--certificate-root) _cococtl_paths -f; return ;;
		--expect-subject) :; return ;;
		--key) _cococtl_paths -f; return ;;
		--signature) _cococtl_paths -f; return ;;
		--min-version) :; return ;;
		--previous) :; return ;;
		--ignore) :; return ;;
		--jobs) :; return ;;
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--progress) _cococtl_words "auto bar plain json none"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--public-key --certificate-root --expect-subject --key --signature --min-version --previous --ignore-unsigned-files --allow-symlinks --ignore --no-ignore-git-paths --jobs --show-names --insecure-permissions --at --json --format --pretty --color --progress --no-input --log-file --quiet --verbose --help"
		else
			_cococtl_paths -d
		fi
		;;
	'model inspect')
		case $prev in
		--key) _cococtl_paths -f; return ;;
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--key --show-names --insecure-permissions --at --json --format --pretty --color --no-input --log-file --quiet --verbose --help"
		else
			_cococtl_paths -d
		fi
		;;
	'model open')
		case $prev in
		--key) _cococtl_paths -f; return ;;
		--identity) _cococtl_paths -f; return ;;
		--public-key) _cococtl_paths -f; return ;;
		--certificate-root) _cococtl_paths -f; return ;;
		--expect-subject) :; return ;;
		--file) :; return ;;
		--min-version) :; return ;;
		-o | --output) _cococtl_paths -d; return ;;
		--jobs) :; return ;;
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--progress) _cococtl_words "auto bar plain json none"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--key --identity --public-key --certificate-root --expect-subject --file --min-version --output --force --dry-run --jobs --show-names --insecure-permissions --at --json --format --pretty --color --progress --no-input --log-file --quiet --verbose --help"
		else
			_cococtl_paths -d
		fi
		;;
	'model cat')
		case $prev in
		--key) _cococtl_paths -f; return ;;
		--identity) _cococtl_paths -f; return ;;
		--public-key) _cococtl_paths -f; return ;;
		--certificate-root) _cococtl_paths -f; return ;;
		--expect-subject) :; return ;;
		--min-version) :; return ;;
		-o | --output) _cococtl_paths -f; return ;;
		--jobs) :; return ;;
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--progress) _cococtl_words "auto bar plain json none"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--key --identity --public-key --certificate-root --expect-subject --min-version --output --force --jobs --show-names --insecure-permissions --at --json --format --pretty --color --progress --no-input --log-file --quiet --verbose --help"
		else
			_cococtl_paths -d
		fi
		;;
	'model rewrap')
		case $prev in
		--key) _cococtl_paths -f; return ;;
		--recipient) _cococtl_paths -f; return ;;
		--key-id) :; return ;;
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--key --recipient --key-id --dry-run --insecure-permissions --at --json --format --pretty --color --no-input --log-file --quiet --verbose --help"
		else
			_cococtl_paths -d
		fi
		;;
	'model export')
		case $prev in
		--key) _cococtl_paths -f; return ;;
		--key-id) :; return ;;
		--recipient) _cococtl_paths -f; return ;;
		--tag) :; return ;;
		--packet) _cococtl_words "v2 v1"; return ;;
		-o | --output) _cococtl_paths -d; return ;;
		--jobs) :; return ;;
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--progress) _cococtl_words "auto bar plain json none"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--ocicrypt --key --key-id --recipient --tag --packet --output --force --dry-run --jobs --insecure-permissions --at --json --format --pretty --color --progress --no-input --log-file --quiet --verbose --help"
		else
			_cococtl_paths -d
		fi
		;;
	'measure profile import')
		case $prev in
		--qemu-argv) _cococtl_paths -f; return ;;
		--libvirt) _cococtl_paths -f; return ;;
		--kata) _cococtl_paths -f; return ;;
		--platform) _cococtl_words "snp sev-es sev tdx vtpm"; return ;;
		--max-vcpus) :; return ;;
		-o | --output) _cococtl_paths -f; return ;;
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--qemu-argv --libvirt --kata --platform --max-vcpus --output --force --dry-run --at --json --format --pretty --color --no-input --log-file --quiet --verbose --help"
		else
			:
		fi
		;;
	'measure profile check')
		case $prev in
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--at --json --format --pretty --color --no-input --log-file --quiet --verbose --help"
		else
			_cococtl_paths -f
		fi
		;;
	'measure snp')
		case $prev in
		--profile) _cococtl_paths -f; return ;;
		--firmware) _cococtl_paths -f; return ;;
		--kernel) _cococtl_paths -f; return ;;
		--initrd) _cococtl_paths -f; return ;;
		--append) :; return ;;
		--append-form) _cococtl_words "exact trimmed"; return ;;
		--form) :; return ;;
		--sign-with) _cococtl_paths -f; return ;;
		--vcpus) :; return ;;
		--vcpu-type) :; return ;;
		--vcpu-sig) :; return ;;
		--vmm) _cococtl_words "qemu ec2 gce krun"; return ;;
		--ec2-reset) _cococtl_words "rdx-600 rdx-0"; return ;;
		--dump-vmsa) _cococtl_paths -d; return ;;
		--guest-features) :; return ;;
		--svsm) _cococtl_paths -f; return ;;
		--vars-size) :; return ;;
		--firmware-digest) :; return ;;
		-o | --output) _cococtl_paths -f; return ;;
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--profile --firmware --kernel --initrd --append --append-form --explain --form --sign-with --vcpus --vcpu-type --vcpu-sig --vmm --ec2-reset --dump-vmsa --guest-features --svsm --vars-size --firmware-digest --output --force --dry-run --insecure-permissions --at --json --format --pretty --color --no-input --log-file --quiet --verbose --help"
		else
			:
		fi
		;;
	'measure sev-es')
		case $prev in
		--profile) _cococtl_paths -f; return ;;
		--firmware) _cococtl_paths -f; return ;;
		--kernel) _cococtl_paths -f; return ;;
		--initrd) _cococtl_paths -f; return ;;
		--append) :; return ;;
		--append-form) _cococtl_words "exact trimmed"; return ;;
		--form) :; return ;;
		--sign-with) _cococtl_paths -f; return ;;
		--vcpus) :; return ;;
		--vcpu-type) :; return ;;
		--vcpu-sig) :; return ;;
		--vmm) _cococtl_words "qemu ec2 gce krun"; return ;;
		--ec2-reset) _cococtl_words "rdx-600 rdx-0"; return ;;
		--dump-vmsa) _cococtl_paths -d; return ;;
		-o | --output) _cococtl_paths -f; return ;;
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--profile --firmware --kernel --initrd --append --append-form --explain --form --sign-with --vcpus --vcpu-type --vcpu-sig --vmm --ec2-reset --dump-vmsa --output --force --dry-run --insecure-permissions --at --json --format --pretty --color --no-input --log-file --quiet --verbose --help"
		else
			:
		fi
		;;
	'measure sev')
		case $prev in
		--profile) _cococtl_paths -f; return ;;
		--firmware) _cococtl_paths -f; return ;;
		--kernel) _cococtl_paths -f; return ;;
		--initrd) _cococtl_paths -f; return ;;
		--append) :; return ;;
		--append-form) _cococtl_words "exact trimmed"; return ;;
		--form) :; return ;;
		--sign-with) _cococtl_paths -f; return ;;
		-o | --output) _cococtl_paths -f; return ;;
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--profile --firmware --kernel --initrd --append --append-form --explain --form --sign-with --output --force --dry-run --insecure-permissions --at --json --format --pretty --color --no-input --log-file --quiet --verbose --help"
		else
			:
		fi
		;;
	'measure id-block')
		case $prev in
		--profile) _cococtl_paths -f; return ;;
		--digest) :; return ;;
		--id-key) _cococtl_paths -f; return ;;
		--author-key) _cococtl_paths -f; return ;;
		--family-id) :; return ;;
		--image-id) :; return ;;
		--guest-svn) :; return ;;
		--policy) :; return ;;
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--profile --digest --id-key --author-key --family-id --image-id --guest-svn --policy --insecure-permissions --at --json --format --pretty --color --no-input --log-file --quiet --verbose --help"
		else
			:
		fi
		;;
	'measure igvm')
		case $prev in
		--profile) _cococtl_paths -f; return ;;
		--platform) _cococtl_words "auto snp tdx sev sev-es"; return ;;
		--rules) _cococtl_words "auto igvm igvmmeasure qemu"; return ;;
		--form) :; return ;;
		--sign-with) _cococtl_paths -f; return ;;
		-o | --output) _cococtl_paths -f; return ;;
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--profile --platform --rules --native-zero --ignore-id-block --explain --form --sign-with --output --force --dry-run --insecure-permissions --at --json --format --pretty --color --no-input --log-file --quiet --verbose --help"
		else
			_cococtl_paths -f
		fi
		;;
	'measure eif')
		case $prev in
		--form) :; return ;;
		--sign-with) _cococtl_paths -f; return ;;
		-o | --output) _cococtl_paths -f; return ;;
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--progress) _cococtl_words "auto bar plain json none"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--ignore-signature --explain --form --sign-with --output --force --dry-run --insecure-permissions --at --json --format --pretty --color --progress --no-input --log-file --quiet --verbose --help"
		else
			_cococtl_paths -f
		fi
		;;
	'measure pe')
		case $prev in
		--bank) _cococtl_words "sha1 sha256 sha384 sha512"; return ;;
		--form) :; return ;;
		--sign-with) _cococtl_paths -f; return ;;
		-o | --output) _cococtl_paths -f; return ;;
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--bank --explain --form --sign-with --output --force --dry-run --insecure-permissions --at --json --format --pretty --color --no-input --log-file --quiet --verbose --help"
		else
			_cococtl_paths -f
		fi
		;;
	'measure verity')
		case $prev in
		--profile) _cococtl_paths -f; return ;;
		--disk-format) _cococtl_words "auto raw qcow2 vhd"; return ;;
		--partition) :; return ;;
		--hash-image) _cococtl_paths -f; return ;;
		--hash-partition) :; return ;;
		--hash) _cococtl_words "sha1 sha256 sha384 sha512"; return ;;
		--hash-type) _cococtl_words "1 0"; return ;;
		--data-block-size) :; return ;;
		--hash-block-size) :; return ;;
		--data-blocks) :; return ;;
		--salt) :; return ;;
		--uuid) :; return ;;
		--hash-offset) :; return ;;
		--hash-output) _cococtl_paths -f; return ;;
		--root-hash) :; return ;;
		--cmdline) :; return ;;
		--form) :; return ;;
		--sign-with) _cococtl_paths -f; return ;;
		-o | --output) _cococtl_paths -f; return ;;
		--jobs) :; return ;;
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--progress) _cococtl_words "auto bar plain json none"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--profile --disk-format --partition --hash-image --hash-partition --hash --hash-type --data-block-size --hash-block-size --data-blocks --salt --uuid --hash-offset --no-superblock --hash-output --root-hash --cmdline --explain --form --sign-with --output --force --dry-run --jobs --insecure-permissions --at --json --format --pretty --color --progress --no-input --log-file --quiet --verbose --help"
		else
			_cococtl_paths -f
		fi
		;;
	'measure uki')
		case $prev in
		--bank) _cococtl_words "sha1 sha256 sha384 sha512"; return ;;
		--phase) :; return ;;
		--profile-number) :; return ;;
		--linux) _cococtl_paths -f; return ;;
		--osrel) _cococtl_paths -f; return ;;
		--cmdline) _cococtl_paths -f; return ;;
		--initrd) _cococtl_paths -f; return ;;
		--ucode) _cococtl_paths -f; return ;;
		--splash) _cococtl_paths -f; return ;;
		--dtb) _cococtl_paths -f; return ;;
		--dtbauto) _cococtl_paths -f; return ;;
		--uname) _cococtl_paths -f; return ;;
		--sbat) _cococtl_paths -f; return ;;
		--pcrpkey) _cococtl_paths -f; return ;;
		--profile) _cococtl_paths -f; return ;;
		--hwids) _cococtl_paths -f; return ;;
		--efifw) _cococtl_paths -f; return ;;
		--sign) _cococtl_paths -f; return ;;
		--public-key) _cococtl_paths -f; return ;;
		--policyref) :; return ;;
		--form) :; return ;;
		--sign-with) _cococtl_paths -f; return ;;
		-o | --output) _cococtl_paths -f; return ;;
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--bank --phase --profile-number --linux --osrel --cmdline --initrd --ucode --splash --dtb --dtbauto --uname --sbat --pcrpkey --profile --hwids --efifw --sign --policy-digest --public-key --policyref --explain --form --sign-with --output --force --dry-run --insecure-permissions --at --json --format --pretty --color --no-input --log-file --quiet --verbose --help"
		else
			_cococtl_paths -f
		fi
		;;
	'measure diff')
		case $prev in
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--explain --at --json --format --pretty --color --no-input --log-file --quiet --verbose --help"
		else
			_cococtl_paths -f
		fi
		;;
	'measure search')
		case $prev in
		--profile) _cococtl_paths -f; return ;;
		--actual) :; return ;;
		--platform) _cococtl_words "snp sev-es sev tdx tpm vtpm"; return ;;
		--register) :; return ;;
		--firmware) _cococtl_paths -f; return ;;
		--kernel) _cococtl_paths -f; return ;;
		--initrd) _cococtl_paths -f; return ;;
		--append) :; return ;;
		--vcpus) :; return ;;
		--vcpu-type) :; return ;;
		--vcpu-sig) :; return ;;
		--vmm) _cococtl_words "qemu ec2 gce krun"; return ;;
		--guest-features) :; return ;;
		--memory) :; return ;;
		--firmware-generation) :; return ;;
		--qemu-version) :; return ;;
		--acpi) :; return ;;
		--qemu) :; return ;;
		--qemu-args) :; return ;;
		--phys-bits) :; return ;;
		--disk) _cococtl_paths -f; return ;;
		--disk-format) _cococtl_words "auto raw qcow2 vhd"; return ;;
		--entry) :; return ;;
		--boot-device) :; return ;;
		--uki) _cococtl_paths -f; return ;;
		--loader) _cococtl_paths -f; return ;;
		--loader-conf) _cococtl_paths -f; return ;;
		--extra) _cococtl_paths -f; return ;;
		--global) _cococtl_paths -f; return ;;
		--uki-profile) :; return ;;
		--vars) _cococtl_paths -f; return ;;
		--secure-boot) _cococtl_paths -d; return ;;
		--authority) _cococtl_paths -f; return ;;
		--mok) _cococtl_paths -d; return ;;
		--option-rom) _cococtl_paths -f; return ;;
		--linux-events) _cococtl_words "both initrd none"; return ;;
		--event) :; return ;;
		--fw-cfg) :; return ;;
		--vary) :; return ;;
		--jobs) :; return ;;
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--progress) _cococtl_words "auto bar plain json none"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--profile --actual --platform --register --firmware --kernel --initrd --append --vcpus --vcpu-type --vcpu-sig --vmm --guest-features --memory --firmware-generation --qemu-version --acpi --qemu --qemu-args --phys-bits --disk --disk-format --entry --boot-device --uki --loader --loader-conf --extra --global --uki-profile --vars --secure-boot --authority --mok --option-rom --shim --linux-events --event --fw-cfg --vary --jobs --at --json --format --pretty --color --progress --no-input --log-file --quiet --verbose --help"
		else
			:
		fi
		;;
	'measure image')
		case $prev in
		--disk-format) _cococtl_words "auto raw qcow2 vhd"; return ;;
		--form) :; return ;;
		--sign-with) _cococtl_paths -f; return ;;
		-o | --output) _cococtl_paths -f; return ;;
		--jobs) :; return ;;
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--progress) _cococtl_words "auto bar plain json none"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--disk-format --explain --form --sign-with --output --force --dry-run --jobs --insecure-permissions --at --json --format --pretty --color --progress --no-input --log-file --quiet --verbose --help"
		else
			_cococtl_paths -f
		fi
		;;
	'measure vtpm')
		case $prev in
		--profile) _cococtl_paths -f; return ;;
		--firmware) _cococtl_paths -f; return ;;
		--generation) :; return ;;
		--qemu-version) :; return ;;
		--memory) :; return ;;
		--acpi) _cococtl_paths -d; return ;;
		--qemu) :; return ;;
		--qemu-args) :; return ;;
		--phys-bits) :; return ;;
		--option-rom) _cococtl_paths -f; return ;;
		--secure-boot) _cococtl_paths -d; return ;;
		--vars) _cococtl_paths -f; return ;;
		--authority) _cococtl_paths -f; return ;;
		--mok) _cococtl_paths -d; return ;;
		--kernel) _cococtl_paths -f; return ;;
		--initrd) _cococtl_paths -f; return ;;
		--append) :; return ;;
		--machine) :; return ;;
		--dtb) _cococtl_paths -f; return ;;
		--kernel-logs) _cococtl_words "both initrd nothing"; return ;;
		--disk) _cococtl_paths -f; return ;;
		--disk-format) _cococtl_words "auto raw qcow2 vhd"; return ;;
		--entry) :; return ;;
		--boot-device) :; return ;;
		--uki) _cococtl_paths -f; return ;;
		--loader) _cococtl_paths -f; return ;;
		--loader-conf) _cococtl_paths -f; return ;;
		--extra) _cococtl_paths -f; return ;;
		--global) _cococtl_paths -f; return ;;
		--uki-profile) :; return ;;
		--phase) :; return ;;
		--pcr) :; return ;;
		--bank) _cococtl_words "sha1 sha256 sha384 sha512"; return ;;
		--known-value) :; return ;;
		--form) :; return ;;
		--sign-with) _cococtl_paths -f; return ;;
		-o | --output) _cococtl_paths -f; return ;;
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--profile --firmware --generation --qemu-version --memory --acpi --qemu --qemu-args --phys-bits --option-rom --secure-boot --vars --authority --mok --kernel --initrd --append --machine --shim --dtb --kernel-logs --disk --disk-format --entry --boot-device --uki --loader --loader-conf --extra --global --uki-profile --phase --pcr --bank --known-value --explain --form --sign-with --output --force --dry-run --insecure-permissions --at --json --format --pretty --color --no-input --log-file --quiet --verbose --help"
		else
			:
		fi
		;;
	'measure tdx')
		case $prev in
		--profile) _cococtl_paths -f; return ;;
		--firmware) _cococtl_paths -f; return ;;
		--firmware-generation) _cococtl_words "auto edk2-stable202211 edk2-stable202302 edk2-stable202408.01 edk2-stable202502 edk2-stable202505 edk2-stable202508"; return ;;
		--kernel) _cococtl_paths -f; return ;;
		--initrd) _cococtl_paths -f; return ;;
		--append) :; return ;;
		--machine) :; return ;;
		--dtb) _cococtl_paths -f; return ;;
		--disk) _cococtl_paths -f; return ;;
		--disk-format) _cococtl_words "auto raw qcow2 vhd"; return ;;
		--entry) :; return ;;
		--boot-device) :; return ;;
		--uki) _cococtl_paths -f; return ;;
		--loader) _cococtl_paths -f; return ;;
		--loader-conf) _cococtl_paths -f; return ;;
		--extra) _cococtl_paths -f; return ;;
		--global) _cococtl_paths -f; return ;;
		--uki-profile) :; return ;;
		--memory) :; return ;;
		--vcpus) :; return ;;
		--max-vcpus) :; return ;;
		--qemu-version) :; return ;;
		--add-page) _cococtl_words "auto single two both"; return ;;
		--linux-events) _cococtl_words "both initrd none"; return ;;
		--exit-boot-services) _cococtl_words "once either"; return ;;
		--acpi) _cococtl_paths -d; return ;;
		--qemu) :; return ;;
		--qemu-args) :; return ;;
		--phys-bits) :; return ;;
		--pci-window) :; return ;;
		--save-acpi) _cococtl_paths -d; return ;;
		--smbios) _cococtl_paths -f; return ;;
		--bios-vendor) :; return ;;
		--bios-version) :; return ;;
		--bios-date) :; return ;;
		--event) :; return ;;
		--fw-cfg) :; return ;;
		--attributes) :; return ;;
		--xfam) :; return ;;
		--mrconfigid) :; return ;;
		--mrowner) :; return ;;
		--mrownerconfig) :; return ;;
		--known-value) :; return ;;
		--register) :; return ;;
		--form) :; return ;;
		--sign-with) _cococtl_paths -f; return ;;
		-o | --output) _cococtl_paths -f; return ;;
		--jobs) :; return ;;
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--profile --firmware --firmware-generation --kernel --initrd --append --machine --shim --dtb --disk --disk-format --entry --boot-device --uki --loader --loader-conf --extra --global --uki-profile --memory --vcpus --max-vcpus --qemu-version --add-page --linux-events --exit-boot-services --acpi --qemu --qemu-args --phys-bits --pci-window --save-acpi --smbios --bios-vendor --bios-version --bios-date --event --fw-cfg --attributes --xfam --mrconfigid --mrowner --mrownerconfig --known-value --register --explain --form --sign-with --output --force --dry-run --jobs --insecure-permissions --at --json --format --pretty --color --no-input --log-file --quiet --verbose --help"
		else
			:
		fi
		;;
	'evidence inspect')
		case $prev in
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--at --json --format --pretty --color --no-input --log-file --quiet --verbose --help"
		else
			_cococtl_paths -f
		fi
		;;
	'evidence verify')
		case $prev in
		--collateral) _cococtl_paths -f; return ;;
		--trust-root) _cococtl_paths -f; return ;;
		--policy) _cococtl_paths -f; return ;;
		--reference) _cococtl_paths -f; return ;;
		--nonce) :; return ;;
		--report-data) :; return ;;
		--initdata) _cococtl_paths -f; return ;;
		--require) :; return ;;
		--report) :; return ;;
		-o | --output) _cococtl_paths -f; return ;;
		--jobs) :; return ;;
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--collateral --trust-root --policy --reference --nonce --report-data --initdata --require --authentic-only --each --claims --report --output --force --jobs --at --json --format --pretty --color --no-input --log-file --quiet --verbose --help"
		else
			_cococtl_paths -f
		fi
		;;
	'evidence explain')
		case $prev in
		--collateral) _cococtl_paths -f; return ;;
		--trust-root) _cococtl_paths -f; return ;;
		--policy) _cococtl_paths -f; return ;;
		--reference) _cococtl_paths -f; return ;;
		--nonce) :; return ;;
		--report-data) :; return ;;
		--initdata) _cococtl_paths -f; return ;;
		--profile) :; return ;;
		--vary) :; return ;;
		--jobs) :; return ;;
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--collateral --trust-root --policy --reference --nonce --report-data --initdata --profile --vary --jobs --at --json --format --pretty --color --no-input --log-file --quiet --verbose --help"
		else
			_cococtl_paths -f
		fi
		;;
	'policy test')
		case $prev in
		--evidence) _cococtl_paths -f; return ;;
		--collateral) _cococtl_paths -f; return ;;
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--evidence --collateral --at --json --format --pretty --color --no-input --log-file --quiet --verbose --help"
		else
			_cococtl_paths -f
		fi
		;;
	'collateral fetch')
		case $prev in
		--for) _cococtl_paths -f; return ;;
		--kds) :; return ;;
		--pcs) :; return ;;
		--ca) _cococtl_paths -f; return ;;
		--timeout) :; return ;;
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--for --kds --pcs --ca --timeout --at --json --format --pretty --color --no-input --log-file --quiet --verbose --help"
		else
			_cococtl_paths -d
		fi
		;;
	'collateral add')
		case $prev in
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--at --json --format --pretty --color --no-input --log-file --quiet --verbose --help"
		else
			_cococtl_paths -d
		fi
		;;
	'collateral list')
		case $prev in
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--at --json --format --pretty --color --no-input --log-file --quiet --verbose --help"
		else
			_cococtl_paths -f
		fi
		;;
	'collateral check')
		case $prev in
		--for) _cococtl_paths -f; return ;;
		--within) :; return ;;
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--for --within --at --json --format --pretty --color --no-input --log-file --quiet --verbose --help"
		else
			_cococtl_paths -f
		fi
		;;
	'broker probe')
		case $prev in
		--broker) :; return ;;
		--admin-key) _cococtl_paths -f; return ;;
		--admin-token) _cococtl_paths -f; return ;;
		--issuer) :; return ;;
		--audience) :; return ;;
		--ca) _cococtl_paths -f; return ;;
		--pin) :; return ;;
		--client-cert) _cococtl_paths -f; return ;;
		--client-key) _cococtl_paths -f; return ;;
		--timeout) :; return ;;
		--trustee-version) _cococtl_words "auto v0.10 v0.11 v0.12 v0.13 v0.14 v0.15 v0.16 v0.17 v0.18 v0.19 v0.20 v0.21"; return ;;
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--broker --admin-key --admin-token --issuer --audience --ca --pin --client-cert --client-key --timeout --store-json --trustee-version --insecure-permissions --at --json --format --pretty --color --no-input --log-file --quiet --verbose --help"
		else
			:
		fi
		;;
	'broker token')
		case $prev in
		--admin-key) _cococtl_paths -f; return ;;
		--check) _cococtl_paths -f; return ;;
		--role) :; return ;;
		--issuer) :; return ;;
		--audience) :; return ;;
		--subject) :; return ;;
		--kid) :; return ;;
		--lifetime) :; return ;;
		--trustee-version) _cococtl_words "auto v0.10 v0.11 v0.12 v0.13 v0.14 v0.15 v0.16 v0.17 v0.18 v0.19 v0.20 v0.21"; return ;;
		-o | --output) _cococtl_paths -f; return ;;
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--admin-key --check --role --issuer --audience --subject --kid --lifetime --trustee-version --output --force --insecure-permissions --at --json --format --pretty --color --no-input --log-file --quiet --verbose --help"
		else
			:
		fi
		;;
	'broker put')
		case $prev in
		--resource) :; return ;;
		--from) _cococtl_paths -f; return ;;
		--resource-policy) _cococtl_paths -f; return ;;
		--attestation-policy) :; return ;;
		--reference-value) :; return ;;
		--value) :; return ;;
		--plugin) :; return ;;
		--broker) :; return ;;
		--admin-key) _cococtl_paths -f; return ;;
		--admin-token) _cococtl_paths -f; return ;;
		--issuer) :; return ;;
		--audience) :; return ;;
		--ca) _cococtl_paths -f; return ;;
		--pin) :; return ;;
		--client-cert) _cococtl_paths -f; return ;;
		--client-key) _cococtl_paths -f; return ;;
		--timeout) :; return ;;
		--trustee-version) _cococtl_words "auto v0.10 v0.11 v0.12 v0.13 v0.14 v0.15 v0.16 v0.17 v0.18 v0.19 v0.20 v0.21"; return ;;
		-o | --output) _cococtl_paths -f; return ;;
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--resource --from --resource-policy --attestation-policy --reference-value --value --plugin --broker --admin-key --admin-token --issuer --audience --ca --pin --client-cert --client-key --timeout --store-json --trustee-version --output --force --dry-run --insecure-permissions --at --json --format --pretty --color --no-input --log-file --quiet --verbose --help"
		else
			:
		fi
		;;
	'broker get')
		case $prev in
		--attester) _cococtl_words "auto tsm sev-guest tdx-guest sample"; return ;;
		--attester-path) _cococtl_paths -f; return ;;
		--initdata) _cococtl_paths -f; return ;;
		--from) _cococtl_paths -f; return ;;
		--tee-key) _cococtl_words "p256 p384 p521 rsa"; return ;;
		--reference-value) :; return ;;
		--broker) :; return ;;
		--admin-key) _cococtl_paths -f; return ;;
		--admin-token) _cococtl_paths -f; return ;;
		--issuer) :; return ;;
		--audience) :; return ;;
		--ca) _cococtl_paths -f; return ;;
		--pin) :; return ;;
		--client-cert) _cococtl_paths -f; return ;;
		--client-key) _cococtl_paths -f; return ;;
		--timeout) :; return ;;
		--trustee-version) _cococtl_words "auto v0.10 v0.11 v0.12 v0.13 v0.14 v0.15 v0.16 v0.17 v0.18 v0.19 v0.20 v0.21"; return ;;
		-o | --output) _cococtl_paths -f; return ;;
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--attester --attester-path --initdata --from --token --tee-key --reference-value --resource-policy --broker --admin-key --admin-token --issuer --audience --ca --pin --client-cert --client-key --timeout --store-json --trustee-version --output --force --insecure-permissions --at --json --format --pretty --color --no-input --log-file --quiet --verbose --help"
		else
			:
		fi
		;;
	'broker delete')
		case $prev in
		--resource) :; return ;;
		--plugin) :; return ;;
		--broker) :; return ;;
		--admin-key) _cococtl_paths -f; return ;;
		--admin-token) _cococtl_paths -f; return ;;
		--issuer) :; return ;;
		--audience) :; return ;;
		--ca) _cococtl_paths -f; return ;;
		--pin) :; return ;;
		--client-cert) _cococtl_paths -f; return ;;
		--client-key) _cococtl_paths -f; return ;;
		--timeout) :; return ;;
		--trustee-version) _cococtl_words "auto v0.10 v0.11 v0.12 v0.13 v0.14 v0.15 v0.16 v0.17 v0.18 v0.19 v0.20 v0.21"; return ;;
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--resource --plugin --broker --admin-key --admin-token --issuer --audience --ca --pin --client-cert --client-key --timeout --store-json --trustee-version --insecure-permissions --at --json --format --pretty --color --no-input --log-file --quiet --verbose --help"
		else
			:
		fi
		;;
	'broker plan')
		case $prev in
		--ledger-key) _cococtl_paths -f; return ;;
		--ledger-trust) _cococtl_paths -f; return ;;
		--broker) :; return ;;
		--admin-key) _cococtl_paths -f; return ;;
		--admin-token) _cococtl_paths -f; return ;;
		--issuer) :; return ;;
		--audience) :; return ;;
		--ca) _cococtl_paths -f; return ;;
		--pin) :; return ;;
		--client-cert) _cococtl_paths -f; return ;;
		--client-key) _cococtl_paths -f; return ;;
		--timeout) :; return ;;
		--trustee-version) _cococtl_words "auto v0.10 v0.11 v0.12 v0.13 v0.14 v0.15 v0.16 v0.17 v0.18 v0.19 v0.20 v0.21"; return ;;
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--progress) _cococtl_words "auto bar plain json none"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--ledger-key --ledger-trust --prune --all --broker --admin-key --admin-token --issuer --audience --ca --pin --client-cert --client-key --timeout --store-json --trustee-version --insecure-permissions --at --json --format --pretty --color --progress --no-input --log-file --quiet --verbose --help"
		else
			_cococtl_paths -f
		fi
		;;
	'broker apply')
		case $prev in
		--ledger-key) _cococtl_paths -f; return ;;
		--ledger-trust) _cococtl_paths -f; return ;;
		--disable) :; return ;;
		--reason) :; return ;;
		--broker) :; return ;;
		--admin-key) _cococtl_paths -f; return ;;
		--admin-token) _cococtl_paths -f; return ;;
		--issuer) :; return ;;
		--audience) :; return ;;
		--ca) _cococtl_paths -f; return ;;
		--pin) :; return ;;
		--client-cert) _cococtl_paths -f; return ;;
		--client-key) _cococtl_paths -f; return ;;
		--timeout) :; return ;;
		--trustee-version) _cococtl_words "auto v0.10 v0.11 v0.12 v0.13 v0.14 v0.15 v0.16 v0.17 v0.18 v0.19 v0.20 v0.21"; return ;;
		--jobs) :; return ;;
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--progress) _cococtl_words "auto bar plain json none"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--ledger-key --ledger-trust --prune --disable --restore --reason --repair-ledger --broker --admin-key --admin-token --issuer --audience --ca --pin --client-cert --client-key --timeout --store-json --trustee-version --dry-run --jobs --insecure-permissions --at --json --format --pretty --color --progress --no-input --log-file --quiet --verbose --help"
		else
			_cococtl_paths -f
		fi
		;;
	'broker status')
		case $prev in
		--ledger-key) _cococtl_paths -f; return ;;
		--ledger-trust) _cococtl_paths -f; return ;;
		--expect-head) :; return ;;
		--broker) :; return ;;
		--admin-key) _cococtl_paths -f; return ;;
		--admin-token) _cococtl_paths -f; return ;;
		--issuer) :; return ;;
		--audience) :; return ;;
		--ca) _cococtl_paths -f; return ;;
		--pin) :; return ;;
		--client-cert) _cococtl_paths -f; return ;;
		--client-key) _cococtl_paths -f; return ;;
		--timeout) :; return ;;
		--trustee-version) _cococtl_words "auto v0.10 v0.11 v0.12 v0.13 v0.14 v0.15 v0.16 v0.17 v0.18 v0.19 v0.20 v0.21"; return ;;
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--progress) _cococtl_words "auto bar plain json none"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--ledger-key --ledger-trust --expect-head --offline --broker --admin-key --admin-token --issuer --audience --ca --pin --client-cert --client-key --timeout --store-json --trustee-version --insecure-permissions --at --json --format --pretty --color --progress --no-input --log-file --quiet --verbose --help"
		else
			_cococtl_paths -f
		fi
		;;
	'initdata create')
		case $prev in
		--aa) _cococtl_paths -f; return ;;
		--cdh) _cococtl_paths -f; return ;;
		--policy) _cococtl_paths -f; return ;;
		--file) :; return ;;
		--kbs-url) :; return ;;
		--kbs-cert) _cococtl_paths -f; return ;;
		--release-id) :; return ;;
		--algorithm) _cococtl_words "sha256 sha384 sha512"; return ;;
		--form) _cococtl_words "toml annotation image pod pod-old"; return ;;
		-o | --output) _cococtl_paths -f; return ;;
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--aa --cdh --policy --file --kbs-url --kbs-cert --release-id --algorithm --form --output --force --dry-run --at --json --format --pretty --color --no-input --log-file --quiet --verbose --help"
		else
			:
		fi
		;;
	'initdata inspect')
		case $prev in
		--form) _cococtl_words "toml annotation image pod pod-old"; return ;;
		-o | --output) _cococtl_paths -f; return ;;
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--form --output --force --dry-run --at --json --format --pretty --color --no-input --log-file --quiet --verbose --help"
		else
			_cococtl_paths -f
		fi
		;;
	'initdata check')
		case $prev in
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--at --json --format --pretty --color --no-input --log-file --quiet --verbose --help"
		else
			_cococtl_paths -f
		fi
		;;
	'refval create')
		case $prev in
		--value) :; return ;;
		--id) :; return ;;
		--label) :; return ;;
		--not-before) :; return ;;
		--not-after) :; return ;;
		--verifier) _cococtl_words "plain az-snp-vtpm az-tdx-vtpm"; return ;;
		-o | --output) _cococtl_paths -f; return ;;
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--value --id --label --not-before --not-after --verifier --output --force --dry-run --at --json --format --pretty --color --no-input --log-file --quiet --verbose --help"
		else
			_cococtl_paths -f
		fi
		;;
	'refval merge')
		case $prev in
		--drop) :; return ;;
		--id) :; return ;;
		--verifier) _cococtl_words "plain az-snp-vtpm az-tdx-vtpm"; return ;;
		-o | --output) _cococtl_paths -f; return ;;
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--drop --keep-expired --id --verifier --output --force --dry-run --at --json --format --pretty --color --no-input --log-file --quiet --verbose --help"
		else
			_cococtl_paths -f
		fi
		;;
	'refval export')
		case $prev in
		--form) _cococtl_words "rvps payload stored configmap json in-toto corim"; return ;;
		--trustee) :; return ;;
		--verifier) _cococtl_words "plain az-snp-vtpm az-tdx-vtpm"; return ;;
		-o | --output) _cococtl_paths -f; return ;;
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--form --trustee --verifier --output --force --dry-run --at --json --format --pretty --color --no-input --log-file --quiet --verbose --help"
		else
			_cococtl_paths -f
		fi
		;;
	'refval diff')
		case $prev in
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--at --json --format --pretty --color --no-input --log-file --quiet --verbose --help"
		else
			_cococtl_paths -f
		fi
		;;
	'refval show')
		case $prev in
		--trustee) :; return ;;
		--verifier) _cococtl_words "plain az-snp-vtpm az-tdx-vtpm"; return ;;
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--trustee --verifier --at --json --format --pretty --color --no-input --log-file --quiet --verbose --help"
		else
			_cococtl_paths -f
		fi
		;;
	'policy generate')
		case $prev in
		--kind) _cococtl_words "resource cpu gpu"; return ;;
		--resource) :; return ;;
		--id) :; return ;;
		--initdata) :; return ;;
		--release-id) :; return ;;
		--gpus) :; return ;;
		--platform) :; return ;;
		--reference) _cococtl_paths -f; return ;;
		--confidential) _cococtl_paths -f; return ;;
		--trustee) :; return ;;
		-o | --output) _cococtl_paths -f; return ;;
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--kind --resource --id --initdata --release-id --gpus --platform --reference --confidential --trustee --output --force --dry-run --at --json --format --pretty --color --no-input --log-file --quiet --verbose --help"
		else
			_cococtl_paths -f
		fi
		;;
	'policy lint')
		case $prev in
		--reference) _cococtl_paths -f; return ;;
		--evidence) _cococtl_paths -f; return ;;
		--confidential) _cococtl_paths -f; return ;;
		--trustee) :; return ;;
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--reference --evidence --confidential --trustee --strict --at --json --format --pretty --color --no-input --log-file --quiet --verbose --help"
		else
			_cococtl_paths -f
		fi
		;;
	'key seal')
		case $prev in
		--key) _cococtl_paths -f; return ;;
		--kid) :; return ;;
		--resource) :; return ;;
		--public-jwk) _cococtl_paths -f; return ;;
		-o | --output) _cococtl_paths -f; return ;;
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--key --kid --resource --public-jwk --output --force --dry-run --insecure-permissions --at --json --format --pretty --color --no-input --log-file --quiet --verbose --help"
		else
			:
		fi
		;;
	'key unseal')
		case $prev in
		--verify-key) _cococtl_paths -f; return ;;
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--verify-key --insecure-permissions --at --json --format --pretty --color --no-input --log-file --quiet --verbose --help"
		else
			_cococtl_paths -f
		fi
		;;
	'help')
		case $prev in
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--at --json --format --pretty --color --no-input --log-file --quiet --verbose --help"
		else
			_cococtl_words "$(_cococtl_commands "${w[@]:2}")"
		fi
		;;
	'explain')
		case $prev in
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--at --json --format --pretty --color --no-input --log-file --quiet --verbose --help"
		else
			:
		fi
		;;
	'schema')
		case $prev in
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--at --json --format --pretty --color --no-input --log-file --quiet --verbose --help"
		else
			_cococtl_words "$(_cococtl_commands "${w[@]:2}")"
		fi
		;;
	'completion')
		case $prev in
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--at --json --format --pretty --color --no-input --log-file --quiet --verbose --help"
		else
			_cococtl_words "bash zsh fish"
		fi
		;;
	'version')
		case $prev in
		--at) :; return ;;
		--format) _cococtl_words "text json"; return ;;
		--pretty) _cococtl_words "auto always never"; return ;;
		--color) _cococtl_words "auto always never"; return ;;
		--log-file) _cococtl_paths -f; return ;;
		esac
		if [[ $cur == -* ]]; then
			_cococtl_words "--at --json --format --pretty --color --no-input --log-file --quiet --verbose --help"
		else
			:
		fi
		;;
	esac
}

complete -F _cococtl cococtl

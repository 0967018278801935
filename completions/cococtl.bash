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
	case $1 in
	'') echo 'key help explain schema completion version' ;;
	key) echo 'generate public inspect' ;;
	esac
}

_cococtl()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local cmd
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
	if [[ -n $(_cococtl_commands "$cmd") ]]; then
		if ((COMP_CWORD == 2)); then
			_cococtl_words "$(_cococtl_commands "$cmd")"
			return
		fi
		cmd+=" ${w[2]}"
	fi
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
			_cococtl_words "--type --public --output --force --at --json --format --pretty --color --no-input --log-file --quiet --verbose --help"
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
			_cococtl_words "--output --force --insecure-permissions --at --json --format --pretty --color --no-input --log-file --quiet --verbose --help"
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

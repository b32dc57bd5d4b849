"""Shell for scripts of actions that read keys of consul, and keep what a script of the vendor's writes over."""

from typing import LiteralString

KEY_VALUE: LiteralString = """
value() { # of a key, nothing where there is no such key; fails where consul did not say
    if command consul kv get "$1" 2>/dev/null; then return; fi
    answer=$(command consul kv get "$1" 2>&1) || :
    case $answer in
    *'No key exists'*) ;;
    *) echo "consul did not say what $1 is: it is not written" >&2; return 1 ;;
    esac
}
"""

PRESERVED: LiteralString = (
    KEY_VALUE
    + """
preserved=/var/lib/bkrec/saved/consul-keys
save_keys() { # KEY …: what an attempt before this one saved counts, since it may have been cut off behind the writing
    (umask 077; mkdir -p -- "$preserved")
    for key in "$@"; do
        file=$preserved/$(printf '%s' "$key" | tr / -)
        if [ -e "$file" ]; then continue; fi
        value "$key" > "$file.part" || return 1
        mv -T -- "$file.part" "$file"
    done
    sync
}
restore_keys() { # KEY …: says which it had to put back, and forgets them
    restored=
    for key in "$@"; do
        file=$preserved/$(printf '%s' "$key" | tr / -)
        was=$(cat -- "$file")
        now=$(value "$key") || return 1
        if [ -n "$was" ] && [ "$was" != "$now" ]; then
            command consul kv put "$key" "$was" || return 1
            restored="$restored $key"
        fi
    done
    for key in "$@"; do
        file=$preserved/$(printf '%s' "$key" | tr / -)
        rm -f -- "$file"
    done
}
"""
)

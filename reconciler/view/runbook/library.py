"""The shell that every runbook begins with: how a step is run, proved and stopped.

POSIX sh, for whatever shell of root's it is pasted into: bash 4.2 of a controller, dash in the tests. Nothing of it
ends the shell, since that would close the terminal of the person who pasted it: a step that fails leaves a mark, and
what comes after it does nothing. What is run on a host gets what a login would give, as `engine/jobs/scripts.py` gives
it: bash, HOME, a UTF-8 locale where the vendor's scripts want one, nothing on its standard input. An exit status is
printed and decides nothing; the check does.
"""

from typing import LiteralString

from probes.command import UNSET

NO_HISTORY: LiteralString = '[ -z "${BASH_VERSION-}" ] || set +H\n'
"""A line of its own: where a shell replaces `!` in what is pasted, it does so a line at a time, before it reads it."""

ON_HOST: LiteralString = (
    r"""
umask 077
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH
quoted() {
    for word do
        printf "'"
        printf '%s' "$word" | sed "s/'/'\\\\''/g"
        printf "' "
    done
}
script=$(mktemp) && cat >"$script" || exit 71
login=$1 terminal=$2 cwd=$3 speak=C status=71
shift 3
if [ "$login" = yes ]; then
    for wanted in en_US.utf8 C.utf8 C.UTF-8 zh_CN.utf8; do
        if locale -a 2>/dev/null | grep -qxF "$wanted"; then
            speak=$wanted
            break
        fi
    done
    set -- bash -lc '
        cd "$1" || exit 72
        shift
        forget=" """
    + UNSET
    + r""" "
        if unset $forget 2>/dev/null; then . "$0"; exit; fi
        set -- bash "$0" "$@"
        for name in $forget; do set -- -u "$name" "$@"; done
        exec env "$@"' "$script" "$cwd" "$@"
else
    set -- sh "$script" "$@"
fi
set -- PATH="$PATH" HOME=/root USER=root LOGNAME=root SHELL=/bin/bash TERM=dumb LANG="$speak" LC_ALL="$speak" "$@"
set -- env -i "$@"
umask 022
cd /
if [ "$terminal" = yes ]; then
    mkfifo -m 0600 "$script.in" && exec 7<>"$script.in"
    while sleep 1; do echo >&7; done >/dev/null 2>&1 &
    waker=$!
    script -qec "$(quoted "$@")" /dev/null <&7
    status=$?
    kill "$waker"
    exec 7>&-
    rm -f "$script.in"
else
    "$@" </dev/null
    status=$?
fi
rm -f "$script"
exit "$status"
"""
)
"""Runs on the host: the script on standard input, then LOGIN TERMINAL DIRECTORY ARGUMENTS of the script."""

LIBRARY: LiteralString = r"""
umask 077
work=$(mktemp -d) failed= number=0
trap 'rm -rf -- "$work"' EXIT
tab=$(printf '\t')
store() { # NAME: what is on standard input
    sed "s/<TAB>/$tab/g" >"$work/$1"
}
quoted() { # every word as the next shell reads it back
    for word do
        printf "'"
        printf '%s' "$word" | sed "s/'/'\\\\''/g"
        printf "' "
    done
}
on() { # HOST SCRIPT LOGIN TERMINAL DIRECTORY ARGUMENT...
    host=$1 name=$2
    shift 2
    if [ "$host" = "$controller" ]; then
        sh -c "$on_host" on-host "$@" <"$work/$name"
    else
        ssh -T -o BatchMode=yes -o ConnectTimeout=20 -o ServerAliveInterval=15 -o ServerAliveCountMax=8 \
            -o ControlMaster=auto -o ControlPath="$work/%h" -o ControlPersist=300 \
            "root@$host" "sh -c $(quoted "$on_host") on-host $(quoted "$@")" <"$work/$name"
    fi
}
answer() { # HOST SCRIPT ARGUMENT...: what a check's script prints
    asked=$1 with=$2
    shift 2
    on "$asked" "$with" no no / "$@" 2>"$work/problem"
}
judged() { # SENTENCE JUDGE ARGUMENT...
    said=$1 judge=$2
    shift 2
    if LC_ALL=C sh "$work/$judge" "$@" <"$work/answer"; then
        printf '    %s %s\n' "$sign_ok" "$said" >>"$work/said"
        return 0
    fi
    {
        printf '    %s %s\n' "$sign_not" "$said"
        sed 's/^/      | /' "$work/answer" "$work/problem" | head -n 12
    } >>"$work/said"
    return 1
}
parted() { # what is before the first -- and what is after it
    before=
    while [ "$1" != -- ]; do
        before="$before $(quoted "$1")"
        shift
    done
    shift
    behind=$(quoted "$@")
}
shows() { # HOST SCRIPT SENTENCE JUDGE [EXPECTED]... -- [ARGUMENT]...
    place=$1 family=$2 sentence=$3 by=$4
    shift 4
    parted "$@"
    eval "answer \"\$place\" \"\$family\" $behind" >"$work/answer"
    eval "judged \"\$sentence\" \"\$by\" $before"
}
equals() { # HOST OTHER-HOST SCRIPT SENTENCE EMPTY -- ARGUMENT... -- OTHER-ARGUMENT...
    place=$1 other=$2 family=$3 sentence=$4 hollow=$5
    shift 6
    parted "$@"
    eval "answer \"\$place\" \"\$family\" $before" >"$work/answer"
    eval "answer \"\$other\" \"\$family\" $behind" >>"$work/answer"
    judged "$sentence" same "$hollow"
}
looks() { # HOST SCRIPT SENTENCE -- ARGUMENT...: a person looks
    place=$1 family=$2 sentence=$3
    shift 4
    if [ "$looking" = no ]; then return 1; fi
    answer "$place" "$family" "$@" >"$work/answer"
    cat "$work/answer"
    if agreed "$sentence"; then
        printf '    %s %s\n' "$sign_ok" "$sentence" >>"$work/said"
        return 0
    fi
    printf '    %s %s\n' "$sign_not" "$sentence" >>"$work/said"
    end=0
    return 1
}
agreed() { # QUESTION: yes, in full
    printf '%s [yes/no] ' "$1" >/dev/tty
    reply=
    IFS= read -r reply </dev/tty || return 1
    [ "$reply" = yes ]
}
halt() { # WHY: nothing that follows does anything
    failed=$number
    printf '\n%s %s\n' "$sign_stop" "$1"
    return 1
}
step() { # NUMBER KEY TITLE: 0 where it is to be done
    [ -z "$failed" ] || return 1
    number=$1 key=$2
    printf '\n== %s/%s %s\n' "$1" "$steps" "$3"
    : >"$work/said"
    looking=no
    if effects; then
        cat "$work/said"
        passed "$word_already"
        return 1
    fi
    if [ -e "$records/$key" ]; then
        if [ "$blind" = yes ]; then
            passed "$word_already"
            return 1
        fi
        if used_up $feeds; then
            passed "$word_used"
            return 1
        fi
    fi
    if [ "$once" = yes ] && [ -e "$begun/$key" ]; then
        halt "$word_begun $begun/$key"
        return 1
    fi
    ready
}
used_up() { # KEY...: the steps that this one was for are done
    [ $# -gt 0 ] || return 1
    for later do
        [ -e "$records/$later" ] || return 1
    done
}
passed() { # WORD: it is done, whoever did it
    printf '    %s\n' "$1"
    echo done >"$records/$key"
    rm -f -- "$begun/$key"
}
ready() {
    end=$(($(seconds) + 60))
    : >"$work/said"
    until needs; do
        if [ "$(seconds)" -ge "$end" ]; then
            cat "$work/said"
            halt "$word_needs"
            return 1
        fi
        sleep 2
        : >"$work/said"
    done
}
begin() { # on the controller, as root, with a terminal to ask at
    case " $(hostname -I) " in
    *" $controller "*) ;;
    *) halt "$word_elsewhere $controller" || return 1 ;;
    esac
    if [ "$(id -u)" != 0 ]; then halt "$word_not_root" || return 1; fi
    mkdir -p -- "$records" "$begun" || halt "$records"
}
seconds() {
    IFS=. read -r up rest </proc/uptime
    printf '%s\n' "$up"
}
consent() { # QUESTION
    agreed "$1" || halt "$word_refused"
}
change() { # HOST SCRIPT LOGIN TERMINAL DIRECTORY ARGUMENT...
    if [ "$once" = yes ] && ! echo begun >"$begun/$key"; then
        halt "$begun/$key"
        return 1
    fi
    on "$@"
    printf '    %s %s\n' "$word_status" "$?"
}
verify() { # SECONDS HINT
    end=$(($(seconds) + $1))
    looking=yes
    : >"$work/said"
    until effects; do
        if [ "$(seconds)" -ge "$end" ]; then
            cat "$work/said"
            halt "$2"
            return 1
        fi
        sleep 2
        : >"$work/said"
    done
    cat "$work/said"
    echo done >"$records/$key"
    rm -f -- "$begun/$key"
}
finish() {
    for peer in $hosts; do
        ssh -o ControlPath="$work/%h" -O exit "root@$peer" 2>/dev/null
    done
    if [ -n "$failed" ]; then
        printf '\n%s %s\n' "$word_stopped" "$failed"
        return 1
    fi
    printf '\n%s\n' "$word_finished"
}
"""

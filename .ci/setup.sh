# What both one-line commands begin with: packages of this machine, and a Python environment in .venv of the checkout.
# To be sourced, from the checkout's top directory. shellcheck shell=bash
export LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive PIP_DISABLE_PIP_VERSION_CHECK=1
unset LANGUAGE PYTHONPATH PYTHONDONTWRITEBYTECODE BKREC_CLUSTER NO_COLOR # hundreds of programs would compile all anew

logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT

heading() { printf '\n== %s\n' "$*"; }

give_up() {
    printf '\nFAILED: %s\n' "$*"
    exit 1
}

# a Python that is new enough; Debian 12's own is
new_python() {
    local each
    for each in python3 python3.11 python3.12 python3.13; do
        "$each" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null && command -v "$each" && return
    done
    return 1
}

# missing_packages COMMAND PACKAGE …: those whose command is not there, and what Python lacks
missing_packages() {
    local found
    while (($#)); do
        command -v "$1" > /dev/null || echo "$2"
        shift 2
    done
    found=$(new_python) || echo python3
    "${found:-false}" -c 'import ensurepip, venv' 2> /dev/null || echo python3-venv
}

# install_packages COMMAND PACKAGE …: by apt, and only what is missing
install_packages() {
    local wanted
    mapfile -t wanted < <(missing_packages "$@" | sort -u)
    if ((${#wanted[@]} == 0)); then
        echo "nothing to install"
        return
    fi
    [[ $(id -u) -eq 0 ]] || give_up "not root, and these packages are missing: ${wanted[*]}"
    command -v apt-get > /dev/null || give_up "there is no apt-get here, and these packages are missing: ${wanted[*]}"
    echo "installing ${wanted[*]}"
    { apt-get update -q && apt-get install -y -q --no-install-recommends "${wanted[@]}"; } < /dev/null > "$logs/apt" 2>&1 || {
        tail -n 30 "$logs/apt"
        give_up "apt-get could not install: ${wanted[*]}"
    }
}

# install_sshd: tests start servers of their own; the package's, on port 22, is not started, now or at a boot
install_sshd() {
    [[ ! -x /usr/sbin/sshd ]] || return 0
    if [[ $(id -u) -eq 0 && ! -e /etc/ssh/sshd_not_to_be_run ]]; then
        mkdir -p /etc/ssh
        echo 'bkrec installed this for its tests; ssh.service starts once this file is gone' > /etc/ssh/sshd_not_to_be_run
    fi
    PATH=$PATH:/usr/sbin install_packages sshd openssh-server
}

# make_environment WHAT: `.` or `.[dev]`, into .venv; one of another Python, or one that was moved, is made anew
make_environment() {
    .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null || rm -rf .venv
    grep -qsF "$PWD/.venv" .venv/bin/pip || rm -rf .venv
    [[ -d .venv ]] || "$(new_python)" -m venv .venv || give_up "no virtual environment could be made"
    # modules are compiled when they are first imported: most never are
    .venv/bin/python -m pip install -qq --no-compile -e "$1" < /dev/null || give_up "pip could not install the project"
    .venv/bin/python --version
    export PATH=$PWD/.venv/bin:$PATH
}

# why this machine cannot run the lab, or nothing
lab_why_not() {
    PYTHONPATH=tests/lab .venv/bin/python -c 'from machine import base; print(base.why_not() or "")'
}

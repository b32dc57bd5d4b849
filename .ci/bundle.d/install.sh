#!/bin/sh
# Installs bkrec from the wheels beside this file, without internet. 从本目录的 wheels 离线安装 bkrec。
#
#   ./install.sh [DIRECTORY]      DIRECTORY: /opt/bkrec; made anew, or updated if bkrec is there already
#
# Wants Python >= 3.11 (another than the first one on PATH: PYTHON=/path/to/python3.12 ./install.sh); pip and ensurepip
# need not be there.
set -eu
target=${1:-/opt/bkrec}
here=$(dirname -- "$0")
here=$(cd -- "$here" && pwd -P)

fail() {
    printf 'install.sh: %s\n' "$1" >&2
    exit 5
}

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null; }

case $target in
    -*) fail "usage: ./install.sh [DIRECTORY]" ;;
esac
(cd -- "$here" && sha256sum --check --quiet SHA256SUMS) || fail "these files are not what was packed: copy the archive again. 文件不完整，请重新复制"

python=
for each in ${PYTHON:+"$PYTHON"} python3 python3.14 python3.13 python3.12 python3.11; do
    if new_enough "$each"; then
        python=$each
        break
    fi
done
if [ -z "$python" ]; then
    fail "no Python >= 3.11 here: use the bundle bkrec-VERSION-linux-$(uname -m).tar.gz, which needs none. 本机没有 Python ≥ 3.11，请使用自带解释器的 bundle"
fi
"$python" -c 'import venv' 2> /dev/null || fail "$python has no module venv (on Debian: python3-venv)"

if ! [ -x "$target/bin/python" ]; then
    "$python" -m venv --without-pip -- "$target"
fi
new_enough "$target/bin/python" || fail "$target has a Python older than 3.11: name another directory"
pip=$(echo "$here"/wheels/pip-*.whl)
"$target/bin/python" "$pip/pip" --isolated install --quiet --disable-pip-version-check --no-warn-script-location --no-index \
    --find-links "$here/wheels" --upgrade --force-reinstall bkrec
"$target/bin/bkrec" --version
printf '%s\n' "$target/bin/bkrec"

"""Proxies: which ones a login on the host sets, and how curl is called as a program of that host would be.

A login reads /etc/environment (pam_env), /etc/profile, /etc/profile.d and root's own files; jobs of the vendor's
scripts begin with such a login. Sourcing them would run whatever they hold, so only plain assignments are read, the
last one counting. A proxy's address may hold a password: it goes to curl through its environment and into no answer.
Source: curl(1), ENVIRONMENT; pam_env(8).
"""

from typing import LiteralString

PROXIES: LiteralString = r"""
proxies() { # ROOT: NAME<tab>VALUE<tab>FILE of each assignment, in the order in which a login meets them
  for file in "$1"/etc/environment "$1"/etc/profile "$1"/etc/profile.d/*.sh "$1"/etc/bashrc \
    "$1"/root/.bash_profile "$1"/root/.bashrc; do
    [ -r "$file" ] || continue
    awk -v file="${file#"$1"}" '{
      line = $0
      sub(/^[ \t]*(export[ \t]+)?/, "", line)
      while (match(line, /^([a-z]+_proxy|[A-Z]+_PROXY)=[^ \t;]*/)) {
        set = substr(line, 1, RLENGTH); line = substr(line, RLENGTH + 1); sub(/^[ \t]+/, "", line)
        name = tolower(substr(set, 1, index(set, "=") - 1)); value = substr(set, index(set, "=") + 1)
        gsub(/["\047]/, "", value)
        if (name ~ /^(http|https|all|no)_proxy$/) print name "\t" value "\t" file
      }
    }' "$file"
  done
}
login_proxies() { # ROOT: exports what the assignments leave
  found=$(proxies "$1")
  for name in http_proxy https_proxy all_proxy no_proxy; do
    value=$(printf '%s\n' "$found" | awk -F '\t' -v name="$name" '$1 == name { last = $2 } END { print last }')
    if [ "$value" ]; then export "$name=$value"; else unset "$name"; fi
  done
}
curl_error() { # STATUS: in a word
  case $1 in
    5) echo "proxy unresolved" ;;
    6) echo unresolved ;;
    7) echo refused ;;
    22) echo "HTTP error" ;;
    28) echo silent ;;
    35 | 51 | 53 | 54 | 58 | 59 | 60 | 77 | 83) echo "TLS error $1" ;;
    *) echo "curl error $1" ;;
  esac
}
"""

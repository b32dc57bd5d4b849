"""The seal on a host: how what defines the platform there is listed, and compared with its manifest.

One `find -printf` lists names, modes, owners, sizes and times; a digest is taken only where size, times or inode have
moved since the seal was taken. What is listed (the scope) is written into the manifest itself, so that a look needs no
words from elsewhere, and compares what was sealed. An entry is one line:

    PART TYPE MODE OWNER SIZE MTIME CTIME INODE DIGEST NAME

tab-separated, NAME last; of a link NAME is followed by \\002 and its target. A line break within a name is \\001 here,
and every byte of a name that is not printable ASCII is shown as \\ooo. TYPE is find's %y; `c` is a property of a
container, `v` a value of the running kernel, `r` a row of MySQL. Source: find(1) of findutils 4.5, -printf;
sha256sum(1) of coreutils 8.22; systemd.unit(5), the search path and drop-in directories; docker-inspect(1); MySQL 5.7,
SHA2().
"""

from typing import LiteralString

from probes.lib.registrations_shell import REGISTRATIONS_SHELL

MANIFEST = "/var/lib/bkrec/seal/manifest"

LISTING: LiteralString = r"""
tab='	' newline='
'
shape='%y\t%m\t%U:%G\t%s\t%T@\t%C@\t%i\t-\t%p\002%l\0'
unit_files() { # UNIT, in each of $unit_directories: its fragment, and each directory of drop-ins that counts for it
  kind=${1##*.} stem=${1%.*} names=$1
  case $stem in *@?*) names="$names$newline${stem%%@*}@.$kind" ;; esac
  while case $stem in *-*) : ;; *) ! : ;; esac; do
    stem=${stem%-*}
    names="$names$newline$stem-.$kind"
  done
  IFS=$newline
  set -f
  for directory in $unit_directories; do
    for name in $names $kind; do
      for path in "$directory/$name" "$directory/$name.d"; do
        if [ -e "$path" ] || [ -L "$path" ]; then printf 'units\t%s\n' "$path"; fi
      done
    done
  done
  set +f
}
roots() { # of $scope, patterns resolved
  unit_directories=$(printf '%s\n' "$scope" | sed -n "s/^@unit-directory$tab-$tab//p" | while read -r directory; do
    if [ -d "$directory" ]; then readlink -f "$directory"; fi # /lib is /usr/lib on most
  done | sort -u)
  printf '%s\n' "$scope" | while IFS=$tab read -r word part value; do
    case $word in
      @root)
        IFS=
        for path in $value; do
          if [ -e "$path" ] || [ -L "$path" ]; then printf '%s\t%s\n' "$part" "$path"; fi
        done ;;
      @linked) if [ -L "$value" ] && [ -d "$value" ]; then printf '%s\t%s\n' "$part" "$value"; fi ;;
      @unit) unit_files "$value" ;;
    esac
  done | LC_ALL=C sort -u
}
files() { # find's expression of what is left out: every entry below the roots; a root within another is its own
  printf '%s\n' "$roots" | apart | while IFS=$tab read -r part these inner; do
    set -f
    IFS=' '
    { find -H $these -ignore_readdir_race \( "$@" $inner \) -prune -o -printf "$part\t$shape" 2>/dev/null ||
        unread_roots "$@"; } | tr '\n\0' '\001\n'
  done
}
apart() { # roots of a part in one line, for one find; one that has others within alone, with find's words for those
  awk -F '\t' '
    $2 != "" { part[++number] = $1; root[number] = $2 }
    END {
      for (i = 1; i <= number; i++) {
        inner = ""
        for (j = 1; j <= number; j++) if (index(root[j], root[i] "/") == 1) inner = inner " -o -path " root[j]
        if (inner != "") print part[i] "\t" root[i] "\t" inner
        else together[part[i]] = together[part[i]] " " root[i]
      }
      for (name in together) print name "\t" substr(together[name], 2) "\t"
    }'
}
unread_roots() { # of $these, once find has failed: those where it fails again, else all
  broken=
  for root in $these; do
    find -H "$root" -ignore_readdir_race \( "$@" $inner \) -prune -o -printf '%y' >/dev/null 2>&1 ||
      { broken=yes; printf 'unread\t%s\t%s\0' "$part" "$root"; }
  done
  if [ -z "$broken" ]; then printf 'unread\t%s\t%s\0' "$part" "$these"; fi
}
digest() { sha256sum | cut -c 1-64; }
containers() { # what an id was started with never changes: only an id that the manifest does not have is inspected
  wanted=$(printf '%s\n' "$scope" | sed -n "s/^@container$tab-$tab//p")
  [ -n "$wanted" ] || return 0
  command -v docker >/dev/null 2>&1 || return 0
  present=$(docker ps -a --no-trunc --format '{{.Names}} {{.ID}}' 2>/dev/null) ||
    { printf 'unread\tcontainers\tdocker\n'; return 0; }
  same=$(sealed_containers)
  if [ -n "$same" ]; then printf '%s\n' "$same"; fi
  for name in $wanted; do
    case "$newline$present" in *"$newline$name "*) : ;; *) continue ;; esac
    case "$same" in *"${tab}container:$name:"*) continue ;; esac
    id=$(printf '%s\n' "$present" | sed -n "s/^$name //p")
    created=$(docker inspect --format '{{.Created}}' "$id" 2>/dev/null) || created=
    [ -n "$created" ] || { printf 'unread\tcontainers\t%s\n' "$name"; continue; }
    since=$(date -d "$created" +%s 2>/dev/null) || since=-
    for field in image mounts environment command network; do
      case $field in
        image) shown='{{.Image}}' ;;
        mounts) shown='{{range .HostConfig.Binds}}{{println .}}{{end}}-' ;;
        environment) shown='{{json .Config.Env}}' ;;
        command) shown='{{json .Config.Entrypoint}} {{json .Config.Cmd}}' ;;
        network) shown='{{.HostConfig.NetworkMode}}' ;;
      esac
      text=$(docker inspect --format "$shown" "$id" 2>/dev/null) || text=
      # `docker run` puts several -v in any order (cli/command/container/opts.go: it ranges over a map)
      if [ "$field" = mounts ]; then text=$(printf '%s\n' "$text" | LC_ALL=C sort); fi
      if [ -z "$text" ]; then printf 'unread\tcontainers\t%s\n' "$name"; continue; fi
      printf 'containers\tc\t-\t-\t-\t-\t%s\t%s\t%s\tcontainer:%s:%s\002\n' \
        "$since" "$id" "$(printf %s "$text" | digest)" "$name" "$field"
    done
  done
}
sealed_containers() { # the manifest's lines of those in $present that still have the one id of all their lines
  [ -r "$manifest" ] || return 0
  printf '%s\n' "$present" | awk -F '\t' '
    FNR == NR { split($0, word, " "); id[word[1]] = word[2]; next }
    $1 == "containers" && $2 == "c" {
      name = $10
      sub(/^container:/, "", name); sub(/:[^:]*$/, "", name)
      if (name in id) {
        if (id[name] == $8) lines[name] = lines[name] $0 "\n"
        else other[name] = 1 # a change that a renewal left open: to be inspected, all of it
      }
    }
    END { for (name in lines) if (!(name in other)) printf "%s", lines[name] }' - "$manifest"
}
kernel() { # of the keys that these files set, what the kernel has
  printf '%s\n' "$scope" | while IFS=$tab read -r word part value; do
    [ "$word" = @sysctl ] || continue
    IFS=
    for path in $value; do
      if [ -f "$path" ]; then sed -n 's|^ *-\{0,1\}\([A-Za-z0-9_./-]*\) *=.*|\1|p' "$path"; fi
    done
  done | sort -u | while read -r key; do
    # read at once: of a number the kernel tells a shell that reads byte by byte (dash) one digit, and then its end
    text=$(head -n 1 "/proc/sys/$(printf '%s\n' "$key" | tr . /)" 2>/dev/null) || text=
    if [ -n "$text" ]; then
      printf 'system\tv\t-\t-\t-\t-\t-\t-\t%s\tsysctl:%s\002\n' "$(printf %s "$text" | digest)" "$key"
    fi
  done
}
list() { # all entries, digests of files left open
  roots=$(roots)
  set -- -false
  while IFS=$tab read -r word part value; do
    [ "$word" != @exclude ] || set -- "$@" -o -path "$value"
  done <<SCOPE
$scope
SCOPE
  files "$@"
  containers
  registrations
  kernel
}
digests() { # of the paths on stdin, as sha256sum prints them; what cannot be read has none
  tr '\n\001' '\0\n' | xargs -0 -r sha256sum -- 2>/dev/null || :
}
"""
LISTED: LiteralString = REGISTRATIONS_SHELL + LISTING
"""Needs $scope: lines `@root PART PATTERN`, `@linked PART DIRECTORY` (a root where it is a link), `@exclude - PATTERN`,
`@unit - NAME`, `@unit-directory - PATH`, `@container - NAME`, `@sysctl - PATTERN`, `@saas LOGIN-PATH CODE`,
`@gateway LOGIN-PATH NAME`."""

JUDGE: LiteralString = r"""
judge() { # stdin: the sealed entries, `=sums`, digests, `=now`, the present entries; $purpose digest|compare|write
  purpose=$1 writing=$writing every=$every periods=$periods accepted=$accepted awk '
  function last(line, fields,    i) {
    for (i = 0; i < fields; i++) line = substr(line, index(line, "\t") + 1)
    return line
  }
  function path_of(name) { return substr(name, 1, index(name, "\002") - 1) }
  function unescaped(text,    result, i, byte) {
    while (i = index(text, "\\")) {
      byte = substr(text, i + 1, 1)
      result = result substr(text, 1, i - 1) (byte == "n" ? "\001" : byte == "r" ? "\r" : byte)
      text = substr(text, i + 2)
    }
    return result text
  }
  function shown(name,    i, byte, result) {
    if (name !~ /[^ -~]/ && !index(name, "\\")) return name
    for (i = 1; i <= length(name); i++) {
      byte = substr(name, i, 1)
      if (byte == "\001") byte = "\n"
      result = result (byte ~ /^[ -~]$/ && byte != "\\" ? byte : sprintf("\\%03o", number[byte]))
    }
    return result
  }
  function moved() { return now[5] != was[5] || now[6] != was[6] || now[7] != was[7] || now[8] != was[8] }
  function tell(change, part, name) {
    if (purpose == "write") { print "=" change "\t" part "\t" shown(name); return }
    if (++count[part] <= 50) print change "\t" part "\t" shown(name)
  }
  function take_sum(path, digest) { # two that differ are of a file that is being written
    if (path in torn) return
    if (path in sum && sum[path] != digest) { torn[path] = 1; delete sum[path]; return }
    sum[path] = digest
  }
  function joined(changes, change) { return changes == "" ? change : changes "+" change }
  function difference(path, name,    changes) { # of a known entry
    if (now[2] != was[2]) return "type"
    if (now[2] == "f" && now[5] != was[5]) changes = "content"
    else if (now[2] == "f" && moved()) {
      if (!(path in sum)) return "unread"
      if (sum[path] != was[9]) changes = "content"
    } else if (now[2] == "l") return name == last(sealed[$1 FS path], 9) ? "" : "content"
    else if (now[2] == "c" || now[2] == "v" || now[2] == "r") return now[9] == was[9] ? "" : "content"
    if (now[3] != was[3]) changes = joined(changes, "mode")
    if (now[4] != was[4]) changes = joined(changes, "owner")
    return changes
  }
  function meant(time, part, path,    i) { # by a person, by name; or the work of a job
    if (every) return 1
    if (number_accepted) return (part " " shown(path)) in accept
    if (time !~ /^[0-9]/) return 0
    for (i = 1; i < number_of_periods; i += 2)
      if (time + 0 >= period[i] - 2 && time + 0 <= period[i + 1] + 3) return 1
    return 0
  }
  function time_gone(path) { # what a directory lost, it lost when it was last changed
    while (sub("/[^/]*$", "", path) && path != "") if (path in directory) return directory[path]
    return "-"
  }
  BEGIN {
    FS = "\t"
    purpose = ENVIRON["purpose"]; writing = ENVIRON["writing"] + 0; every = ENVIRON["every"] + 0
    for (i = 1; i < 256; i++) number[sprintf("%c", i)] = i
    number_of_periods = split(ENVIRON["periods"], period, " ")
    number_accepted = split(ENVIRON["accepted"], lines, "\n")
    for (i = 1; i <= number_accepted; i++) accept[lines[i]] = 1
  }
  /^=/ { section = $0; next }
  section == "" { sealed[$1 FS path_of(last($0, 9))] = $0; next }
  section == "=sums" {
    if (/^\\/) take_sum(unescaped(substr($0, 68)), substr($0, 2, 64))
    else take_sum(substr($0, 67), substr($0, 1, 64))
    next
  }
  $1 == "unread" {
    unread[$2] = 1
    if (purpose != "digest") tell("unread", $2, last($0, 2))
    next
  }
  {
    split($0, now, FS)
    name = last($0, 9); path = path_of(name); key = $1 FS path
    if ($2 == "d") directory[path] = $6
    known = key in sealed
    if (known) split(sealed[key], was, FS)
    if (purpose == "digest") {
      if ($2 == "f" && (known ? moved() && (writing || now[5] == was[5]) : writing)) print path
      next
    }
    present[key] = 1
    if (known) change = difference(path, name)
    else change = $2 == "f" || $2 == "l" || $2 == "r" ? "new" : "" # a directory is told by what is in it
    if (purpose == "compare") { if (change != "") tell(change, $1, path); next }
    take = change == "" || change != "unread" && meant(now[7], $1, path)
    if (take && $2 == "f") {
      now[9] = path in sum ? sum[path] : known ? was[9] : "-"
      if (now[9] == "-") { tell("unread", $1, path); next }
    } else if (change == "unread") { tell("unread", $1, path); next }
    if (change != "" && !every) print "=" (take ? "resealed" : "open") "\t" change "\t" $1 "\t" shown(path)
    if (!take) { if (known) print sealed[key]; next }
    line = now[1]
    for (i = 2; i <= 9; i++) line = line FS now[i]
    print line FS name
  }
  END {
    if (purpose == "digest") exit
    for (key in sealed) if (!(key in present)) {
      part = substr(key, 1, index(key, FS) - 1)
      path = substr(key, length(part) + 2)
      split(sealed[key], was, FS)
      if (part in unread) continue
      if (was[2] == "d") continue
      if (was[2] == "c") { if (purpose == "write" && !every) print sealed[key]; continue }
      if (purpose == "compare") { tell("gone", part, path); continue }
      take = meant(time_gone(path), part, path)
      if (!every) print "=" (take ? "resealed" : "open") "\tgone\t" part "\t" shown(path)
      if (!take) print sealed[key]
    }
    if (purpose == "compare") for (part in count) if (count[part] > 50) print "many\t" part "\t" count[part] - 50
  }'
}
writing=0 every=0 periods= accepted=
sealed() { sed '1d;/^@/d;$d' "$manifest"; }
feed() { # DIGESTS
  if [ -e "$manifest" ]; then sealed; fi
  printf '=sums\n'
  if [ -n "$1" ]; then printf '%s\n' "$1"; fi
  printf '=now\n%s\n' "$now"
}
whole() { # is the manifest one, and all of it?
  [ "$(sed -n '1s/ .*//p' "$manifest")" = bkrec-seal ] &&
    [ "$(sed -n '$p' "$manifest")" = "end$tab$(($(wc -l <"$manifest") - 1))" ]
}
"""
"""What has changed, in one way for the look and for the one who seals. $periods: pairs of seconds since the epoch. They
are whole ones, and of clocks that were compared over a network: two more on either side belong to them."""

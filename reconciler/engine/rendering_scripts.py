"""What the vendor's own renderer would write on a host, without a byte of it written there.

`bkcli render MODULE` runs bin/bkr.sh on each host of the module: it holds the arguments of render_tpl for each. That
very script runs here in namespaces of its own: every mount read-only, for each module an empty tmpfs (0700) over the
products' directory, one over /tmp, its own processes. Nothing is ever deleted there, for one day a mount might not be
there. Digests alone come out; the rest ends with the namespaces, also where this
shell is killed: then at the latest with the time limit. `render_tpl -n` would not do: it prints all files as one text,
and still wants the arguments that only bkr.sh and the installers know. Where anything fails, the module was not
compared: that is said, and never taken for "the same".

A file whose template has a placeholder without a value is marked: the call leaves it empty. Where the file is
otherwise, the renderer lacks what the installer had, and calling it would do harm. Most installers render a part of
what bkr.sh does (install_paas.sh: one project's templates), so what is not on the host is no difference. Source:
bkcli:72-74; render.sh:26-42; pcmd.sh, the last lines; bin/bkr.sh;
bin/render_tpl; unshare(1) and mount(8) of util-linux 2.23; pid_namespaces(7): all end with the first.
"""

from typing import LiteralString

RENDERING: LiteralString = r"""
inside=$(cat <<'INSIDE'
home=$1 install=$2 login=$3 each=$4 speak=$5
shift 5
mount -n --make-rprivate / && mount -n -t proc proc /proc || exit 1
points=$(while read -r id parent device root point rest; do
  kind=${rest#* - }
  case ${kind%% *}:$point in autofs:* | *:/proc/*) continue ;; esac # to name an autofs may mount what is behind it
  printf '%s\n' "$point"
done </proc/self/mountinfo)
printf '%s\n' "$points" | while read -r point; do
  point=$(printf '%b.' "$point") # a line break in a name is \012 there
  point=${point%.}
  mount -n -o remount,bind,ro "$point" || [ ! -e "$point" ] || exit 1 # "//deleted", or gone by now: not to be reached
done || exit 1
names=$(for name in "$home"/*/; do
  name=${name%/}
  printf '%s\n' "${name##*/}"
done)
umask 077
mount -n -t tmpfs -o mode=0700,size=64m bkrec /tmp || exit 1
cd / || exit 1
as_at_a_login() {
  exec env -i PATH="$PATH" HOME=/root USER=root LOGNAME=root SHELL=/bin/bash TERM=dumb \
    LANG="$speak" LC_ALL="$speak" "$@"
}
echo '=alone'
as_at_a_login bash -c "$login" bkrec "$install" "$each" "$home" "$names" "$@"
INSIDE
)
login=$(cat <<'LOGIN'
{
  if [ -r ~/.bashrc ]; then . ~/.bashrc; fi
  . "$1/load_env.sh"
} >/dev/null 2>&1 </dev/null
exec sh -c "$2" bkrec "$1" "$3" "$4" "${@:5}"
LOGIN
)
each=$(cat <<'EACH'
install=$1 home=$2 names=$3 tab='	'
shift 3
for word; do
  mount -n -t tmpfs -o mode=0700,size=256m bkrec "$home" || exit 1 # over what the module before it has rendered
  printf '%s\n' "$names" | while read -r name; do mkdir "$home/$name"; done
  "$install/bin/bkr.sh" "$word" >/tmp/said 2>/tmp/complained </dev/null || { printf '=failed\t%s\n' "$word"; continue; }
  sed -n 's/^UNDEFINED PLACE_HOLDER: \(.\{1,\}\)/\1/p' /tmp/complained >/tmp/undefined
  : >/tmp/emptied
  if [ -s /tmp/undefined ]; then
    sed -n 's/^render \(.*\) -> /\1 /p' /tmp/said | while read -r template file; do
      if grep -qFf /tmp/undefined -- "$template"; then printf '%s\n' "$file"; fi
    done | sed 's,//*,/,g' >/tmp/emptied
    if [ ! -s /tmp/emptied ]; then find "$home/" -type f >/tmp/emptied; fi
  fi
  find "$home/" -type f -exec sha256sum {} + | while read -r digest file; do
    mark=-
    if grep -qxF -- "$file" /tmp/emptied; then mark=emptied; fi
    printf '%s\t%s\t%s\t%s\n' "$word" "$digest" "$mark" "$file"
  done
  printf '=done\t%s\n' "$word"
done
EACH
)
alone() { timeout -k 5 150 unshare -m -p -f "$@" 2>/dev/null </dev/null 9>&-; }
rendering() { # of the scope's `@render WORD DIRECTORY`: lines `WORD DIGEST MARK FILE`, or `=uncompared WORD WHY`
  [ -n "$renders" ] || return 0
  words=$(printf '%s\n' "$renders" | while IFS=$tab read -r word directory; do
    [ -d "$home/$directory" ] || continue # not installed: the vendor's call renders nothing either
    why=$(uncomparable "$directory")
    if [ -n "$why" ]; then printf '=uncompared\t%s\t%s\n' "$word" "$why"
    else printf '%s\n' "$word"; fi
  done)
  printf '%s\n' "$words" | sed -n '/^=/p'
  set -- $(printf '%s\n' "$words" | sed '/^=/d')
  [ "$#" -gt 0 ] || return 0
  speak=C
  for wanted in en_US.utf8 C.utf8 C.UTF-8 zh_CN.utf8; do
    if locale -a 2>/dev/null | grep -qxF "$wanted"; then speak=$wanted && break; fi
  done
  # the second limit ends all that is in the namespaces: it is their first process
  answer=$(alone timeout -s KILL 120 sh -c "$inside" bkrec "$home" "$install" "$login" "$each" "$speak" "$@")
  for word; do
    case "$newline$answer$newline" in
      *"$newline=done$tab$word$newline"*) ;;
      *"$newline=failed$tab$word$newline"*) printf '=uncompared\t%s\tfailed\n' "$word"; continue ;;
      *"$newline=alone$newline"*) printf '=uncompared\t%s\tstopped\n' "$word"; continue ;;
      *) printf '=uncompared\t%s\tnamespace\n' "$word"; continue ;;
    esac
    files=$(printf '%s\n' "$answer" | sed -n "/^$word$tab/p")
    if [ -n "$files" ]; then printf '%s\n' "$files"
    else printf '=uncompared\t%s\tnothing\n' "$word"; fi
  done
}
uncomparable() { # DIRECTORY of a module: why it cannot be compared; nothing where it can
  if [ ! -d "$src/$1" ]; then echo source
  elif [ ! -x "$install/bin/bkr.sh" ]; then echo renderer
  elif [ -e "$home/$1/VERSION" ] && [ -e "$src/$1/VERSION" ] && ! cmp -s "$home/$1/VERSION" "$src/$1/VERSION"; then
    echo version
  fi
}
compare_rendering() { # $written, what is about to be sealed, with what the vendor would write
  renders=$(printf '%s\n' "$scope" | sed -n "s/^@render$tab//p")
  home=$(printf '%s\n' "$scope" | sed -n "s/^@renderer${tab}home$tab//p")
  install=$(printf '%s\n' "$scope" | sed -n "s/^@renderer${tab}install$tab//p")
  src=$(printf '%s\n' "$scope" | sed -n "s/^@renderer${tab}src$tab//p")
  rendered=$(rendering)
  linked=$(printf '%s\n' "$rendered" | sed '/^=/d' | while IFS=$tab read -r word digest mark file; do
    if [ -L "$file" ] && [ -f "$file" ]; then printf '%s\t%s\n' "$(sha256sum <"$file" | cut -c 1-64)" "$file"; fi
  done)
  {
    printf '%s\n=linked\n%s\n' "$written" "$linked"
    printf '=accepted\n'
    if [ -e "$differences" ]; then cat "$differences"; fi
    printf '=rendered\n%s\n' "$rendered"
  } | awk -F '\t' '
    /^=(linked|accepted|rendered)$/ { section = $0; next }
    $0 == "" { next }
    section == "" {
      if (/^=/ || $2 != "f") next
      name = $0
      for (i = 1; i <= 9; i++) name = substr(name, index(name, "\t") + 1)
      digest[substr(name, 1, index(name, "\002") - 1)] = $9
      next
    }
    section == "=linked" { digest[$2] = $1; next }
    section == "=accepted" { accepted[$0] = 1; next }
    /^=/ { print; next }
    !($4 in digest) { next }
    digest[$4] == $2 { print "@rendered\t" $1 "\t" $4; same[$4] = 1; next }
    { differs[$4] = $1 "\t" $3 "\t" $4 }
    END {
      for (file in differs) if (!(file in same)) {
        split(differs[file], field, "\t")
        key = digest[file] "\t" field[1] "\t" file
        if (key in accepted) print "=meant\t" differs[file]
        else print "=differs\t" differs[file] "\t" digest[file]
      }
    }' | LC_ALL=C sort
}
"""
"""Needs $scope with lines `@renderer home|install|src PATH` and `@render WORD DIRECTORY`, $differences: the file of
accepted differences, lines `DIGEST WORD FILE`, and of the seal's own shell $tab and $newline."""

"""Awk that parses env files on the host, so that no value leaves it: `specs/env_file.py` in another language.

It runs in any POSIX awk under LC_ALL=C, byte by byte, but for lines like KEY=word, which are most. Its words are those
of `specs/env_file.py`, which gives the reasons; the tests feed both and bash the same files.

After `load(f, path)` it knows each key of file number f; `look(f, key)` sets SEEN to value, absent, expansion, odd or
unreadable, and VALUE and LINE with it.
"""

from typing import LiteralString

ENV_AWK: LiteralString = r"""
function ch(i) {
  while (i > length(T) && ROW < ROWS) T = T L[++ROW] "\n"
  return substr(T, i, 1)
}
function matched(pattern) {
  ch(P)
  if (!match(substr(T, P), "^(" pattern ")")) return 0
  TOOK = substr(T, P, RLENGTH)
  P += RLENGTH
  return 1
}
function need(pattern) { if (!matched(pattern)) odd_file(); return TOOK }
function lineno(  s) { s = substr(T, 1, P - 1); return FIRST + gsub(/\n/, "", s) }
function odd_file() { if (!ODD) ODD = BEGAN; P = length(T) + 1; return "" }
function expansion(s) { if (WHY == "") WHY = "expansion"; return s }
function note(key, value, why, line) {
  STATEMENT[++NOTED] = key
  COUNT[F, key]++; VAL[F, key] = value; WHYOF[F, key] = why; LINEOF[F, key] = line
}
function spoil(  n) { for (n = 1; n <= NOTED; n++) { WHYOF[F, STATEMENT[n]] = "odd" } }

function dquoted(  s, c) {
  P++
  while (!ODD) {
    c = ch(P)
    if (c == "\"") { P++; return s }
    if (c == "\\") {
      c = ch(P + 1); P += 2
      if (c == "\n") continue
      s = s (c == "$" || c == "`" || c == "\"" || c == "\\" ? c : "\\" c)
    }
    else if (c == "$") s = s dollar(1)
    else if (c == "`") s = s expansion(need(TICKS))
    else if (c == "") return odd_file()
    else { s = s c; P++ }
  }
}
function squoted(  s, c) {
  P++
  while ((c = ch(P)) != "\047") { if (c == "") return odd_file(); s = s c; P++ }
  P++
  return s
}
function ansi(  s, c, n) {
  P++
  while ((c = ch(P)) != "\047") {
    if (c == "") return odd_file()
    P++
    if (c != "\\") { s = s c; continue }
    c = ch(P)
    if (c ~ /[0-7]/) {
      n = 0
      for (c = 0; c < 3 && ch(P) ~ /^[0-7]$/; c++) { n = n * 8 + ch(P); P++ }
      s = s (n % 256 ? sprintf("%c", n % 256) : expansion(""))
    } else if (c == "x" && ch(P + 1) ~ /^[0-9A-Fa-f]$/) {
      n = 0; P++
      for (c = 0; c < 2 && ch(P) ~ /^[0-9A-Fa-f]$/; c++) { n = n * 16 + index("123456789abcdef", tolower(ch(P))); P++ }
      s = s (n ? sprintf("%c", n) : expansion(""))
    } else {
      P++
      if (c == "") return odd_file()
      if (index("uUcx", c)) expansion("")
      else s = s (c in ESCAPE ? ESCAPE[c] : "\\" c)
    }
  }
  P++
  return s
}
function dollar(quoted,  c) {
  P++
  c = ch(P)
  if (c == "\047" && !quoted) return ansi()
  if (c == "\"" && !quoted) return dquoted()
  if (c == "{") return expansion(need("[{][A-Za-z0-9_:.,/@%#*+!^ -]*[}]"))
  if (c == "(") return expansion(need("[(][A-Za-z0-9_:.,/@%+ -]*[)]"))
  if (c == "[") return odd_file()
  if (c ~ /^[A-Za-z_]$/) return expansion(need(NAME))
  if (c ~ /^[0-9*@#?$!-]$/) { P++; return expansion(c) }
  return "$"
}
function word(  s, c) {
  WHY = ""
  while (!ODD) {
    c = ch(P)
    if (c == "" || index(" \t\n;&|<>()", c)) break
    if (c == "\\") {
      c = ch(P + 1); P += 2
      if (c == "\n") { if (ch(P) == "") return odd_file() } else s = s c
    }
    else if (c == "\047") s = s squoted()
    else if (c == "\"") s = s dquoted()
    else if (c == "$") s = s dollar(0)
    else if (c == "`") s = s expansion(need(TICKS))
    else if (c == "~") { P++; s = s (index(":=", ch(P - 2)) ? expansion(c) : c) }
    else { s = s c; P++ }
  }
  return s
}
function array(  c) {
  P++
  while (!ODD && (c = ch(P)) != ")") {
    if (c == " " || c == "\t" || c == "\n") P++
    else if (word() == "") odd_file()
  }
  P++
}
function assignment(exported,  key, value, how, start, line) {
  line = lineno()
  need(NAME); key = TOOK
  need("=|[+]=|\\["); how = TOOK
  start = P
  if (ch(P) == "(") { how = "("; array() }
  value = word()
  if (exported && index(substr(T, start, P - start), "{")) WHY = "odd"
  note(key, value, how == "=" ? WHY : "odd", line)
}
function connected(  rest, n, words, line) {
  spoil()
  line = lineno()
  matched("[^\n]*"); rest = TOOK
  if (rest !~ CONNECTED || index(rest, "<<")) return odd_file()
  for (n = split(rest, words, /[ \t&|<>]+/); n; n--) if (words[n] in MORE) return odd_file()
  while (match(rest, /[A-Za-z_][A-Za-z0-9_]*[+]?=/)) {
    n = substr(rest, RSTART, RLENGTH)
    rest = substr(rest, RSTART + RLENGTH)
    sub(/[+]?=$/, "", n)
    note(n, "", "odd", line)
  }
}
function ended(  c) {
  matched("[ \t]*")
  c = ch(P)
  if (c == "\n" || c == ";") { P++; return 1 }
  if (c == "#") { matched("[^\n]*"); return 1 }
  if (c != "" && index("&|<>", c)) { connected(); return 1 }
  if (c == "" || c == "(" || c == ")") { odd_file(); return 1 }
  return 0
}
function statement(  mode, start, s) {
  NOTED = 0
  BEGAN = lineno()
  mode = "assign"
  while (!ODD) {
    start = P
    if (mode != "command" && match(substr(T, P), "^" NAME "(=|[+]=|\\[)")) assignment(mode == "export")
    else {
      s = word()
      if (WHY != "" || (mode == "assign" && s != substr(T, start, P - start))) odd_file()
      else if (mode == "assign" && s == "export" && !NOTED) mode = "export"
      else if (mode == "assign") {
        mode = "command"
        if (s == "" || s in MORE) odd_file()
        else spoil()
      }
      else if (mode == "export" && s !~ "^" NAME "$") odd_file()
    }
    if (ODD || ended()) return
  }
}
function load(f, path,  got, c) {
  F = f; ROWS = ROW = ODD = 0
  while ((got = (getline L[ROWS + 1] < path)) > 0) ROWS++
  close(path)
  if (got < 0) { STATE[f] = "u"; return }
  T = ""; P = 1
  while (!ODD && (P <= length(T) || ROW < ROWS)) {
    if (P > length(T)) {
      FIRST = ROW + 1; T = L[++ROW] "\n"; P = 1
      if (T ~ SIMPLE) {
        NOTED = 0; c = index(T, "=")
        note(substr(T, 1, c - 1), substr(T, c + 1, length(T) - c - 1), "", ROW)
        P = length(T) + 1
        continue
      }
    }
    matched("[ \t]*")
    c = ch(P)
    if (c == "\n") P++
    else if (c == "\r" && ch(P + 1) == "\n") P += 2
    else if (c == "#") matched("[^\n]*")
    else statement()
  }
  ODDFILE[f] = ODD
}
function look(f, key) {
  VALUE = ""; LINE = 0
  if (STATE[f] == "a") SEEN = "absent"
  else if (STATE[f] == "u") SEEN = "unreadable"
  else if (ODDFILE[f]) { SEEN = "odd"; LINE = ODDFILE[f] }
  else if (!((f, key) in COUNT)) SEEN = "absent"
  else if (WHYOF[f, key] != "") { SEEN = WHYOF[f, key]; LINE = LINEOF[f, key] }
  else { SEEN = "value"; VALUE = VAL[f, key] }
}
function prepare(  n, words) {
  NAME = "[A-Za-z_][A-Za-z0-9_]*"
  TICKS = "`[A-Za-z0-9_:.,/@%+ -]*`"
  CONNECTED = "^[A-Za-z0-9_=./:?%+,@ \t&|<>-]*[A-Za-z0-9_=./:?%+,@ \t-]$"
  SIMPLE = "^" NAME "=[A-Za-z0-9_./:,@%+=-]*\n$"
  ESCAPE["a"] = "\007"; ESCAPE["b"] = "\010"; ESCAPE["e"] = ESCAPE["E"] = "\033"; ESCAPE["f"] = "\014"
  ESCAPE["n"] = "\n"; ESCAPE["r"] = "\r"; ESCAPE["t"] = "\t"; ESCAPE["v"] = "\013"
  ESCAPE["\\"] = "\\"; ESCAPE["\047"] = "\047"; ESCAPE["\""] = "\""; ESCAPE["?"] = "?"
  n = split("! . : [ [[ { } alias break builtin case cd command continue coproc declare do done elif else enable " \
    "esac eval exec exit export fc fi for function getopts hash if in let local mapfile popd printf pushd " \
    "read readarray readonly return select set shift shopt source suspend test then time trap typeset " \
    "ulimit umask unalias unset until wait while", words, " ")
  for (; n; n--) MORE[words[n]] = 1
}
"""

ENV_AWK_PLACES: LiteralString = ENV_AWK.replace(
    "function note(key, value, why, line) {\n",
    "function note(key, value, why, line) {\n  placed(key)\n",
).replace(
    "  line = lineno()\n  need(NAME); key = TOOK\n",
    "  AT = P\n  line = lineno()\n  need(NAME); key = TOOK\n",
)
"""The same for editing a file: it calls `placed(key)` for each assignment, which begins at character AT of T and
ends before P; T begins with line FIRST. A line like KEY=word is all of T, and P is 1 then."""

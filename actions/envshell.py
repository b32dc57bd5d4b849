"""One shell function for scripts of actions: the last value of a key in an env file, unquoted as bash would.

The file is read, never sourced: a value that would run something is text here. It prints nothing where the key is
missing, and fails where the value needs an expansion, which only the vendor's own merge can do.
"""

from typing import LiteralString

VALUE: LiteralString = r"""
value() {
    [ -r "$1" ] || return 0
    awk -v key="$2" '
        { line = $0; sub(/^[ \t]*(export[ \t]+)?/, "", line) }
        index(line, key "=") == 1 { raw = substr(line, length(key) + 2); seen = 1 }
        END {
            if (!seen) exit 0
            out = ""; mode = ""; n = length(raw)
            for (i = 1; i <= n; i++) {
                c = substr(raw, i, 1)
                if (mode == "'\''") { if (c == "'\''") mode = ""; else out = out c; continue }
                if (mode == "\"") {
                    if (c == "\"") mode = ""
                    else if (c == "\\" && index("$`\"\\", substr(raw, i + 1, 1))) { i++; out = out substr(raw, i, 1) }
                    else if (c == "$" || c == "`") exit 3
                    else out = out c
                    continue
                }
                if (c == "'\''" || c == "\"") mode = c
                else if (c == "\\") { i++; out = out substr(raw, i, 1) }
                else if (c == "$" || c == "`") exit 3
                else if (c == " " || c == "\t" || c == ";") break
                else out = out c
            }
            printf "%s", out
        }' "$1"
}
"""

"""Env files as bash reads them, plain, refused and random: for the reader in Python and the one in awk."""

from hypothesis import strategies as st

KEYS = ("A", "B", "C")


PLAIN = {
    "bare": "A=b",
    "empty": "A=",
    "quoted-empty": "A=''",
    "backslash-escapes": r"A=a\ b\&c\'d",
    "single-quotes": "A='a b $c \\d'",
    "double-quotes": r'A="a \"b\" \$c \\d \e `"'.replace("`", r"\`"),
    "ansi": r"A=$'a\tb\nc\'d\\e\x41\101'",
    "ansi-octal-bytes": r"A=$'\344\270\255\346\226\207'",
    "ansi-unknown-escape": r"A=$'a\zb'",
    "locale-string": 'A=$"abc"',
    "glued-quotes": "A=a'b c'\"d e\"f",
    "trailing-comment": "A=b # c",
    "hash-inside": "A=b#c",
    "comment-after-tab": "A='b'\t#c",
    "crlf": "A=b\r\nB='c'\r\n\r\n# d\r\n",
    "no-final-newline": "A=b\nB=c",
    "last-wins": "A=1\nA=2\n",
    "later-empty-wins": "A=1\nA=\n",
    "export": "export A=b",
    "export-many": "export A=b B='c d' C",
    "leading-blanks": "  \t A=b",
    "two-on-a-line": "A=b B=c",
    "semicolons": "A=b; B=c ;",
    "equals-inside": "A=b=c==",
    "url": "A=http://x.y:80/z?a=1",
    "braces": "A={a,b}",
    "glob": "A=*[a-z]?",
    "lone-dollar": 'A=a$ B="$" C=$',
    "dollar-and-slash": "A=$/x",
    "continued": "A=b\\\nc\nB=d",
    "over-lines": "A='b\nc'\nB=\"d\ne\"\n",
    "chinese": "A=蓝鲸 # 注释\n",
    "comment-with-quote": "# it's\nA=b\n",
    "bare-percent-and-at": "A=%x@y:z,1+2",
    "tilde-inside": "A=a~b",
    "carriage-return-alone": "A=a\rb",
    "backslash-in-double": r'A="a\b\\c"',
    "harmless-command": "foo bar\nA=b",
    "spaced-equals": "A =b\nB= \nC=c",
    "dash-words": "-x\nA=-n",
    "vertical-tab-and-next-line": "A=a\x0bb\x85c",
}


UNREAD = {
    "variable": ("A=${B}", "expansion"),
    "short-variable": ("A=x$B", "expansion"),
    "in-double-quotes": ('A="a ${B:-c}"', "expansion"),
    "command": ("A=$(hostname -I)", "expansion"),
    "backticks": ("A=`hostname`", "expansion"),
    "tilde": ("A=~/x", "expansion"),
    "tilde-after-colon": ("A=/a:~/x", "expansion"),
    "positional": ("A=$1", "expansion"),
    "unicode-escape": (r"A=$'\u4e2d'", "expansion"),
    "nul": (r"A=$'a\0b'", "expansion"),
    "runs-a-command": ("A=b c", "odd"),
    "redirection-without-a-target": ("0<\\", "odd"),
    "background": ("A=http://x?a=1&b=2", "odd"),
    "pipe": ("A=b|c", "odd"),
    "and": ("A=b && B=c", "odd"),
    "redirection": ("A=<x>", "odd"),
    "array": ("A=(b c)", "odd"),
    "array-over-lines": ("A=(b\n'c d'\n)", "odd"),
    "append": ("A=b\nA+=c", "odd"),
    "subscript": ("A[0]=b", "odd"),
    "brace-expansion-in-export": ("export A={b,c}", "odd"),
    "condition": ("A=b\nif true; then A=c; fi", "odd"),
    "function": ("f() { A=c; }\nA=b", "odd"),
    "source": (". other\nA=b", "odd"),
    "unset": ("A=b\nunset A", "odd"),
    "eval": ("A=b\neval A=c", "odd"),
    "quoted-export": ("'export' A=b", "odd"),
    "expanding-command": ("A=b\n: ${A:=c}", "odd"),
    "assigning-expansion": ("A=b\nB=${A:=c}", "odd"),
    "arithmetic": ("A=1\nB=$((A=2))", "odd"),
    "unterminated-single": ("A=b\nB='c", "odd"),
    "unterminated-double": ('A=b\nB="c', "odd"),
    "unterminated-ansi": ("A=b\nB=$'c", "odd"),
    "unterminated-array": ("A=b\nB=(c", "odd"),
    "closing-parenthesis": ("A=b)", "odd"),
    "two-semicolons": ("A=b;;", "odd"),
    "here-document": ("A=b\nfoo <<X\nA=c\nX", "odd"),
    "and-over-lines": ("A=b\nfoo &&\nA=c", "odd"),
    "backslash-at-the-end": ("A=b\\", "odd"),
    "readonly": ("readonly A=b", "odd"),
}


BARE = st.text(st.sampled_from("abz09_.:/,@%+=-^?*[]{}!#\r中é"), min_size=1, max_size=6).filter(
    lambda word: not word.startswith("#")
)


ESCAPED = st.sampled_from(" \t'\"$`\\;&|<>()#~!ab中*").map(lambda char: "\\" + char)


SINGLE = st.text(st.characters(exclude_characters="'\0", exclude_categories=["Cs"]), max_size=6).map(lambda s: f"'{s}'")


DOUBLE = st.lists(
    st.sampled_from(["a", " ", "'", r"\"", r"\\", r"\$", r"\`", r"\n", "$ ", "#", "中", "\n", "\\\n", "~", "!", ";"])
).map(lambda parts: '"' + "".join(parts) + '"')


ANSI = st.lists(
    st.sampled_from(
        [r"\n", r"\t", r"\'", r"\"", r"\\", r"\e", r"\x41", r"\101", r"\344\270\255", r"\z", "a", '"', " ", "$"]
    )
).map(lambda parts: "$'" + "".join(parts) + "'")


VALUES = st.lists(st.one_of(BARE, ESCAPED, SINGLE, DOUBLE, ANSI), max_size=4).map("".join)


ASSIGNMENTS = st.tuples(st.sampled_from(KEYS), VALUES).map("=".join)


STATEMENTS = st.one_of(
    ASSIGNMENTS,
    st.lists(ASSIGNMENTS, min_size=1, max_size=3).map(" ".join),
    st.tuples(ASSIGNMENTS, st.sampled_from([" # c", "\t", " ;", " #'\"", ""])).map("".join),
    st.sampled_from(["# c", "#'", "", "  ", "\r", "export A", "#A=1"]),
)


FILES = st.tuples(st.lists(STATEMENTS, max_size=5).map("\n".join), st.sampled_from(["\n", ""])).map("".join)


NOISE = st.text(st.sampled_from("ABC==  \n\n;&|'\"\\$`#~<>x0\r\t{,}"), max_size=30)

"""Shell that writes down what an unpacked package says of its products' versions (`probes/package_versions.py` reads
it).

Only what is plainly a version is written: a VERSION may hold anything, and what it holds is going to be in reports, in
reasons and in names of images. What is none is written down as refused, with the reason and without a byte of it.
"""

from typing import LiteralString

RECORD_VERSIONS: LiteralString = r"""
checked() { # what is on stdin, as a version, or as ! and why it is none
    LC_ALL=C
    line=$(head -c 300 | head -n 1 | tr '\000' '?' | sed 's/[[:space:]]*$//')
    case $line in
        '') echo '!empty' ;;
        *[!A-Za-z0-9._+\ -]*) echo '!unsupported' ;;
        [0-9]* | [vV][0-9]*) if [ ${#line} -le 64 ]; then printf '%s\n' "$line"; else echo '!long'; fi ;;
        *) echo '!unsupported' ;;
    esac
}
said() { # BEARER NAME, below the current directory
    if [ "$1" = product ]; then
        if [ ! -e "$2/VERSION" ]; then echo '!missing'
        elif [ -f "$2/VERSION" ] && [ -r "$2/VERSION" ]; then checked < "$2/VERSION"
        else echo '!unreadable'; fi
    else
        # the file that the vendor's own installer would take, the newest (ce/tools.sh:161-169)
        file=$(ls -t -- official_saas 2>/dev/null |
            awk -v head="$2_V" 'index($0, head) == 1 && /\.tar\.gz$/ && !n++ { print }')
        file=${file%.tar.gz}
        if [ -z "$file" ]; then echo '!missing'; else printf '%s\n' "${file#"$2_V"}" | checked; fi
    fi
}
pin() { # MD5 BEARER NAME …
    pins=/var/lib/bkrec/package-versions
    mkdir -p -m 0700 -- "$pins"
    pin=$pins/$1
    (
        umask 077
        {
            printf 'md5 %s\n' "$1"
            shift
            while [ $# -ge 2 ]; do
                printf '%s %s %s\n' "$1" "$2" "$(said "$1" "$2")"
                shift 2
            done
            echo end
        } > "$pin.part"
        dd if="$pin.part" of="$pin.synced" conv=fsync 2>/dev/null
    )
    rm -f -- "$pin.part"
    mv -T -- "$pin.synced" "$pin"
}
"""

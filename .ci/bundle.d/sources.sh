# Sourced by .ci/bundle: sources of Debian's archive. `apt` is the caller's array, an apt-get with its options.

# versions_of PACKAGE: those in the archive's index, the newest first
versions_of() {
    "${apt[@]/#apt-get/apt-cache}" showsrc "$1" 2> /dev/null | sed -n 's/^Version: //p' | sort -rVu
}

# fetch_source PACKAGE [VERSION]: into this directory, and says on its last line "PACKAGE VERSION". This version, else the newest that
# both the index and the pool have: an index may name what its pool has no longer, or not yet.
fetch_source() {
    local name=$1 wanted=${2:-} each tried
    tried=$(mktemp -d)
    for each in $wanted $(versions_of "$name" | grep -vxF -e "$wanted" || :); do
        if (cd "$tried" && "${apt[@]}" source -q --download-only "$name=$each") > "$tried.log" 2>&1; then
            mv -- "$tried"/* .
            rm -rf -- "$tried" "$tried.log"
            [[ -z $wanted || $each == "$wanted" ]] || echo "$name $each, not $wanted of sources.lock; renew it with .ci/bundle --lock" >&2
            echo "$name $each"
            return 0
        fi
        echo "$name $each is not to be had: $(grep -m 1 -e '^E: ' "$tried.log" || tail -n 1 "$tried.log")" >&2
        find "$tried" -mindepth 1 -delete
    done
    rm -rf -- "$tried" "$tried.log"
    return 1
}

#!/bin/bash
# Stand-in: a module that runs as one container on the host's network, without a restart policy.
# usage: install_container.sh MODULE SOURCE PREFIX
set -e
SELF_DIR=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
source "$SELF_DIR/../functions"
version=$(cat "$2/VERSION")
rsync -a --delete "$2/" "$3/$(basename "$2")/"
pace 1
image=$(docker load --quiet < "$2"/support-files/images/*.tar.gz | sed 's/^Loaded image: //' | head -1)
name=${image%%:*}
if [[ -n $(docker ps -aq --filter "name=$name") ]]; then docker rm -f "$name"; fi
docker run --detach --network=host --name "$name" --memory 64m "$name:$version"

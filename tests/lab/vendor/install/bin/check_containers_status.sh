#!/bin/bash
# Stand-in for the vendor's container table: an empty table is as good as a full one (exit 0).
command -v docker > /dev/null || { echo "docker: command not found"; exit 1; }
docker ps -a --format 'table {{.Names}}\t{{.Image}}\t{{.Status}}' | grep -E "NAMES|$1"
exit 0

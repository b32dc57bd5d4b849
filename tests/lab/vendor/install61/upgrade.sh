#!/bin/bash
# Stand-in for `bkcli upgrade`.
set -euo pipefail
echo "Usage: upgrade.sh {bkiam|cmdb|job}"
exit 1

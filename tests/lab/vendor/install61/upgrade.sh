#!/bin/bash
# Stand-in for `bkcli upgrade` of 6.1: nothing to upgrade to.
echo "Usage: upgrade.sh MODULE"
exit 1

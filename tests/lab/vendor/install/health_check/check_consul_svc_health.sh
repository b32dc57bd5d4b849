#!/bin/bash
# Stand-in: one true or false line per consul service of this host that matches; the exit code is the number of false ones.
bad=0
while IFS=$'\t' read -r name address port; do
    if curl -sfL -m 3 -o /dev/null "http://$address:$port/healthz"; then echo "$name $address:$port  true"; else echo "$name $address:$port  FALSE"; bad=$((bad + 1)); fi
done < <(curl -s http://127.0.0.1:8500/v1/agent/services | jq -r --arg p "$1" '.[] | select(.Service | test($p)) | [.Service, .Address, (.Port | tostring)] | @tsv')
exit $bad

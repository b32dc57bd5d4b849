#!/bin/bash
# Stand-in: the one-shot container that registers gse's API gateway; its exit code is lost behind `docker logs -f`.
echo "API gateway released, title bk-gse-v2, stages ['prod']"

#!/bin/bash
# Stand-in: backs up and replaces job's web pages, and writes the API's address into index.html.
set -e
while (($#)); do
    case $1 in -p) prefix=$2 ;; -B) backup=$2 ;; -s) src=$2 ;; -i) url=$2 ;; *) echo "不可识别的参数: $1" >&2; exit 1 ;; esac
    shift 2
done
[[ -d $backup ]] || { echo "用法: release_job_frontend.sh -p PREFIX -B BACKUP -s SRC -i URL" >&2; exit 1; }
mkdir -p "$prefix/job/frontend"
tar -C "$prefix" -czf "$backup/job_frontend-$(date +%Y%m%d%H%M%S).tgz" job/frontend
rsync -a --delete "$src/job/frontend/" "$prefix/job/frontend/"
sed -i "s#{{JOB_API_URL}}#$url#g" "$prefix/job/frontend/index.html"

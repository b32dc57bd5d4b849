#!/bin/bash
# Stand-in: an application's code and token in open_paas.esb_app_account, added or changed.
# usage: add_or_update_appcode.sh CODE TOKEN NAME LOGIN_PATH
mysql --login-path="$4" -e "USE open_paas; INSERT INTO esb_app_account (app_code, app_token, introduction, created_time) VALUES
    ('$1', '$2', '$3', NOW()) ON DUPLICATE KEY UPDATE app_token = '$2'" || exit 1
echo "app code $1 updated"

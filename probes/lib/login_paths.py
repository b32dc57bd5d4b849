"""Login paths of MySQL's clients: is there one of that name?

mysql silently ignores an unknown login path and connects with its defaults, so a path exists only if it changes the
output of `mysql --print-defaults`; the two texts are compared on the host and not shown, as old clients print
passwords. `mysql_config_editor` is called only where that is inconclusive: stand-ins of it are known to write when told
to print. Source: mysql(1), --login-path, --print-defaults.
"""

from typing import LiteralString

LOGIN_PATHS: LiteralString = r"""
defaults() { mysql --login-path="$1" --print-defaults 2>/dev/null; }
known() { # 0: there is such a login path, 1: there is none, 2: this client does not say
  : "${none:=$(defaults bkrec-no-such-path)}"
  case $none in
    *"would have been started"*) [ "$(defaults "$1")" != "$none" ] ;;
    *)
      command -v mysql_config_editor >/dev/null 2>&1 || return 2
      told=$(mysql_config_editor print --login-path="$1" 2>/dev/null) || return 2
      [ "$told" ] ;;
  esac
}
"""

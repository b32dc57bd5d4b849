# stand-in: template app_upstream.conf.tpl of 6.2

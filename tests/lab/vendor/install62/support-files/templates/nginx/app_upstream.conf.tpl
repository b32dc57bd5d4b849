# stand-in: template app_upstream.conf.tpl of 6.2
{{ range ls "bkapps/upstreams/prod" }}
upstream {{ .Key }} { {{ with $app := .Value | parseJSON }}{{ range $each := $app }}server {{ $each }}; {{ end }}{{ end }}}
{{ end }}

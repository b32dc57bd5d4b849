#!/usr/bin/gawk -f
# Stand-in for the vendor's parser of install.config: same grammar (topology as `ip module(project),…`), same output
# variables, same vices: errors do not stop the output, which has truncated hosts.env already.
BEGIN {
    FS = "[ \t,]+"
    side = ENVIRON["CTRL_DIR"] "/bin/02-dynamic/install-config.parsed"
    if (system("test -d '" ENVIRON["CTRL_DIR"] "/bin/02-dynamic'") != 0) side = "/dev/null"
    printf "" > side
}
$1 !~ /^([0-9]+[.]){3}[0-9]+$/ { next }
{
    for (i = 2; i <= NF; i++)
        if (match($i, /^([a-z][a-z0-9_]*)(\(([a-z][a-z0-9_]*(-[a-z][a-z0-9_]*)*)\))?$/, part)) note($1, part[1], part[3])
        else { print "ERROR: invalid format: " FILENAME ":" FNR ":Field" i ": " $i > "/dev/stderr"; bad = 1 }
}
function note(ip, module, project) {
    if (!(ip in order)) order[ip] = ++count
    if (!((ip, module, project) in seen)) print ip, module, project > side
    seen[ip, module, project] = 1
    modules[module] = 1
    names[project == "" ? module : module "@" project] = 1
    on["BK_" variable(module)][ip] = order[ip]
    if (project == "") return
    projects[module][project] = 1
    on["BK_" variable(module "_" project)][ip] = order[ip]
}
function variable(text) { return toupper(gensub(/[^a-zA-Z0-9_]/, "_", "g", text)) }
function list(array, order_by, separator,    key, text) {
    PROCINFO["sorted_in"] = order_by
    for (key in array) text = text (text == "" ? "" : separator) key
    return text
}
function variables(prefix) {
    print prefix "_IP=(" list(on[prefix], "@val_num_asc", " ") ")"
    print prefix "_IP_COMMA='" list(on[prefix], "@val_num_asc", ",") "'"
    numbered(prefix, on[prefix])
}
function numbered(prefix, array,    key, n) {
    PROCINFO["sorted_in"] = "@val_num_asc"
    for (key in array) print prefix "_IP" n++ + 0 "='" key "'"
}
END {
    print "ALL_IP=(" list(order, "@val_num_asc", " ") ")"
    print "ALL_IP_COMMA='" list(order, "@val_num_asc", ",") "'"
    print "ALL_MODULE=(" list(modules, "@ind_str_asc", " ") ")"
    print "ALL_NAME=(" list(names, "@ind_str_asc", " ") ")"
    n = asorti(modules, sorted)
    for (i = 1; i <= n; i++) {
        variables("BK_" variable(sorted[i]))
        # gawk 4.0 takes no array that never was one
        m = sorted[i] in projects ? asorti(projects[sorted[i]], parts) : 0
        for (j = 1; j <= m; j++) variables("BK_" variable(sorted[i] "_" parts[j]))
    }
    exit bad
}

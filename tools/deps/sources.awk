# SPDX-License-Identifier: BSD-2-Clause
# tools/deps/sources.awk - the Debian archives that this system already uses, one line each:
#   deb [options] URI SUITE main
# Reads apt's files of both kinds, the one-line *.list and the deb822 *.sources. Entries of other archives are left
# out: a broken one would stop the update, and nothing of them is wanted. That is told by the suite, given as -v suite=.

# An image for clouds names its mirrors in a file: the first of them will do.
function uri_of(uri,    line) {
    if (uri !~ /^mirror\+file:/) return uri
    sub(/^mirror\+file:\/*/, "/", uri)
    while ((getline line < uri) > 0) if (line ~ /^[a-z]+:/) { close(uri); sub(/[ \t].*/, "", line); return line }
    return ""
}

function emit(opts, uris, suites, components,    u, s, i, j, n, m) {
    if ((" " components " ") !~ / main /) return
    n = split(uris, u, /[ \t]+/); m = split(suites, s, /[ \t]+/)
    for (i = 1; i <= n; i++) for (j = 1; j <= m; j++) {
        sub(/^(old)*stable/, suite, s[j])
        if (u[i] ~ /^cdrom:/ || (s[j] != suite && s[j] != suite "-updates" && s[j] != suite "-security")) continue
        u[i] = uri_of(u[i]); sub(/\/+$/, "", u[i])
        if (u[i] != "") print "deb" (opts == "" ? "" : " [" opts "]"), u[i], s[j], "main"
    }
}

function stanza(    opts, key) {
    if ((" " field["types"] " ") ~ / deb / && tolower(field["enabled"]) != "no") {
        # A key written into the stanza itself cannot stand in one line; the keys that apt trusts anyway are those.
        key = field["signed-by"]; gsub(/[ \t]+/, ",", key)
        if (key ~ /^\// ) opts = "signed-by=" key
        if (field["trusted"] == "yes") opts = opts " trusted=yes"
        if (field["check-valid-until"] == "no") opts = opts " check-valid-until=no"
        sub(/^ /, "", opts)
        emit(opts, field["uris"], field["suites"], field["components"])
    }
    delete field
}

FNR == 1 { stanza(); deb822 = FILENAME ~ /\.sources$/ }
/^[ \t]*#/ { next }

deb822 && /^[ \t]*$/ { stanza(); next }
deb822 && /^[ \t]/ { sub(/^[ \t]+/, ""); field[name] = field[name] (field[name] == "" ? "" : " ") $0; next }
deb822 {
    name = tolower($0); sub(/[ \t]*:.*/, "", name)
    value = $0; sub(/^[^:]*:[ \t]*/, "", value); sub(/[ \t]+$/, "", value)
    field[name] = value
    next
}

!deb822 && $1 == "deb" {
    opts = ""
    sub(/^[ \t]*deb[ \t]+/, ""); sub(/[ \t]*#.*/, "")
    if (/^\[/) { opts = $0; sub(/^\[[ \t]*/, "", opts); sub(/[ \t]*\].*/, "", opts); sub(/^\[[^]]*\][ \t]*/, "") }
    components = $0; sub(/^[^ \t]+[ \t]+[^ \t]+[ \t]*/, "", components)
    emit(opts, $1, $2, components)
}

END { stanza() }

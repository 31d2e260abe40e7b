# shellcheck shell=dash
# The awk half of `facts`: joins what is recorded with what was found, and frames the records.
# shellcheck disable=SC2016 # an awk program
facts_program='
  function emit(name, value) { out = out "NF1 " name " " length(value) "\n" value "\n" }
  function table(name, value) { if (value != "") emit(name, substr(value, 2)) }

  # Follows links among those that were looked at, to a path in the store.
  function store_path(link,   hops, to) {
    for (hops = 0; hops < 4; hops++) {
      if (!(link in to_of)) return ""
      to = to_of[link]
      if (to ~ /^\/nix\/store\/[^\/]+$/) return to
      link = (to ~ /^\//) ? to : parent_of(link) to
    }
    return ""
  }
  function parent_of(path) { sub(/[^\/]*$/, "", path); return path }
  function number_of(link) { sub(/^.*system-/, "", link); sub(/-link$/, "", link); return link }
  function mode_of(path) { return sprintf("%04d %s %s", mode[path], user[path], group[path]) }
  function hash_of(path) {
    if (!(path in type)) return "missing"
    return (type[path] == "f" && path in hash) ? hash[path] : "other"
  }
  function system_record(name, link,   path) { path = store_path(link); if (path != "") emit("system." name, path) }

  /^@/ { section = $0; if (section == "@units-ok") units_ok = 1; next }
  section == "@find" {
    path = $7
    type[path] = $1; mode[path] = $2; user[path] = $3; group[path] = $4; size[path] = $5; mtime[path] = $6
    if ($1 == "l") to_of[path] = $8
    if (path ~ /^\/proc\//) now = $6
    if (index(path, profile "-") == 1 && path ~ /-[0-9]+-link$/) links[++link_count] = path
  }
  section == "@hash" {
    sum = substr($0, 1, 64); path = substr($0, 67)
    # sha256sum marks a name with a backslash by one in front, and doubles it.
    if (substr($0, 1, 1) == "\\") { sum = substr($0, 2, 64); path = substr($0, 68); gsub(/\\\\/, "\\", path) }
    hash[path] = sum
  }
  section == "@disk" {
    # A filesystem without a fixed number of inodes counts none: it never runs out of them.
    inodes = ($5 == 0) ? "9007199254740991" : $4
    disk = disk "\n" $1 "\t" sprintf("%.0f", $2 * $3) "\t" inodes "\t" sprintf("%.0f", $2 * $6)
  }
  section == "@units" {
    if (first_line == "") first_line = $0
    count = split($0, word, / +/)
    at = (word[1] ~ /[.]/) ? 1 : 2
    active[word[at]] = word[at + 2]
    if (word[at + 2] == "failed") failed[++failed_count] = word[at]
  }

  END {
    print now " " ((nix in mtime) ? nix "\t" mtime[nix] "." size[nix] : "-")
    system_record("live", live_link)
    system_record("committed", profile)
    system_record("booted", booted_link)
    emit("generation.committed", (profile in to_of) ? number_of(to_of[profile]) : 0)
    for (i = 1; i <= link_count; i++) {
      path = store_path(links[i])
      if (path != "") rows = rows "\n" number_of(links[i]) "\t" path "\t" mtime[links[i]]
    }
    table("generation", rows)
    while ((getline record < owned) > 0) {
      split(record, field, "\t")
      if (field[1] == "file") file_row()
      if (field[1] == "unit") unit_row()
    }
    table("owned.file", files)
    table("owned.unit", units)
    emit("unit.query", units_ok ? "ok" : (first_line == "" ? "systemctl gave no answer" : first_line))
    if (units_ok) for (i = 1; i <= failed_count; i++) emit("unit.failed", failed[i])
    table("disk", disk)
    emit("nix.daemon", daemon())
    emit("reboot", reboot())
    printf "%s", out
  }

  function file_row(   path, found) {
    path = field[2]
    found = (path in type) ? mode_of(path) : "-"
    files = files "\n" path "\t" field[6] "\t" hash_of(path) "\t" field[3] " " field[4] " " field[5] "\t" found
  }
  function unit_row(   name, path, state, enabled) {
    name = field[2]
    path = unit_dir "/" name
    state = !units_ok ? "unknown" : (name in active) ? active[name] : "inactive"
    if (to_of[path] == "/dev/null") enabled = "masked"
    else if (index(linked, " " name " ")) enabled = "enabled"
    else enabled = (field[7] == "linked") ? "disabled" : "static"
    units = units "\n" name "\t" field[3] "\t" hash_of(path) "\t" field[4] "\t" state "\t" enabled
  }
  function daemon() {
    if (active["nix-daemon.service"] == "active") return "active"
    if (active["nix-daemon.socket"] == "active") return "socket"
    return (nix in mtime) ? "inactive" : "missing"
  }
  # "no" only where something would have said yes.
  function reboot(   reasons, newest) {
    if (nixos) return nixos_reboot()
    reasons = asked
    newest = ("/boot/vmlinuz" in to_of) ? to_of["/boot/vmlinuz"] : to_of["/vmlinuz"]
    sub(/^.*vmlinuz-/, "", newest)
    if (newest != "" && newest != kernel) reasons = reasons "\nkernel " newest " is installed, " kernel " runs"
    if (reasons != "") return "yes" reasons
    return reboot_writer ? "no" : "unknown\nnothing on this host records whether a reboot is needed"
  }
'

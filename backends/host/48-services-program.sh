# shellcheck shell=dash
# Decides which units are stopped, enabled, restarted, reloaded and started. Nothing else is touched.
# shellcheck disable=SC2016 # an awk program
services_program='
  function lives(name) { return state[name] ~ /^(active|activating|reloading|refreshing)$/ }
  function is_template(name) { return name ~ /@\.[a-z]+$/ }
  # The units that run from this unit file: itself, or the living instances of a template.
  function running(name, into,   count, at, other) {
    split("", into)
    if (!is_template(name)) { if (lives(name)) { into[1] = name; return 1 } return 0 }
    at = index(name, "@")
    for (other in state)
      if (lives(other) && substr(other, 1, at) == substr(name, 1, at) && other ~ /@.+\./ &&
          substr(other, length(other) - length(name) + at + 1) == substr(name, at + 1)) into[++count] = other
    return count + 0
  }
  function act(action, name) { if (!((action "\t" name) in said)) { said[action "\t" name] = 1; print action "\t" name } }

  # `state` is the third word; a unit that failed has a dot in front on some versions.
  what == "states" { count = split($0, word, / +/); at = (word[1] ~ /[.]/) ? 1 : 2; state[word[at]] = word[at + 2] }
  what == "ours" && $1 == "unit" { was[$2] = $4 }
  what == "manifest" && $1 == "unit" { units[++unit_count] = $2; enabled[$2] = ($5 == "enabled"); on_change[$2] = $6 }
  what == "manifest" && $1 == "file" { restarts[$2] = $9; reloads[$2] = $10 }
  # By the path that all readers of a secret go through, also where a link elsewhere names it.
  what == "manifest" && $1 == "secret" { restarts["/run/nixfleet-secrets/" $2] = $7; reloads["/run/nixfleet-secrets/" $2] = $8 }
  what == "changed" && $1 == "changed-unit" { changed[$2] = 1 }
  what == "changed" && $1 == "changed-file" { changed_files[$2] = 1 }
  what == "changed" && $1 == "gone-file" { gone[$2] = $3 "\t" $4 }
  what == "changed" && $1 == "gone-unit" { gone_units[$2] = $3 }

  END {
    for (name in gone_units) if (!(name in on_change)) retire(name, gone_units[name])
    for (i = 1; i <= unit_count; i++) compare_unit(units[i])
    for (path in changed_files) if (path in restarts) { each(restarts[path], "restart"); each(reloads[path], "reload") }
    for (path in gone) if (!(path in restarts)) {
      split(gone[path], lists, "\t"); each(lists[1], "restart"); each(lists[2], "reload")
    }
    for (name in restarting) with_its_service(name)
    for (name in restarting) if (!(name in pausing)) act("restart", name)
    for (name in reloading) if (!(name in restarting) && !(name in pausing)) act(needs_restart(name) ? "restart" : "reload", name)
  }

  function retire(name, origin,   count, live, i) {
    if (origin != "shadows-enabled") act("disable", name)
    if (origin ~ /^shadows/) { act("unshadow", name); return }
    count = running(name, live)
    for (i = 1; i <= count; i++) act("stop", live[i])
    act("forget", name)
  }

  function compare_unit(name,   count, live, i) {
    count = running(name, live)
    if (changed[name]) for (i = 1; i <= count; i++) mark(on_change[name], live[i])
    if (is_template(name)) return
    if (enabled[name]) {
      act(changed[name] ? "reenable" : "enable", name)
      if (!lives(name)) act(changed[name] || was[name] != "enabled" ? "start-new" : "start", name)
    } else if (was[name] == "enabled" || was[name] == "mixed") {
      act("disable", name)
      if (lives(name)) act("stop", name)
    }
  }

  function each(list, action,   count, name, i) {
    count = (list == "-" || list == "") ? 0 : split(list, name, ",")
    for (i = 1; i <= count; i++) if (lives(name[i])) mark(action, name[i])
  }
  function mark(action, name) {
    if (name in gone_units && !(name in on_change)) return
    if (action == "restart") restarting[name] = 1
    if (action == "reload") reloading[name] = 1
  }

  # A socket cannot be opened anew while its service holds it: both stop together, then start one after the other.
  function with_its_service(name,   service) {
    service = name
    if (!sub(/\.socket$/, ".service", service) || !lives(service)) return
    pausing[name] = pausing[service] = 1
    act("pause", name); act("pause", service)
    act("resume-socket", name); act("resume", service)
  }
  # sshd that was given its socket by systemd dies on reload.
  function needs_restart(name) {
    return (name == "ssh.service" && lives("ssh.socket")) || (name == "sshd.service" && lives("sshd.socket"))
  }
'

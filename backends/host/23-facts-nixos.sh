# shellcheck shell=dash
# NixOS: whether a reboot would bring something that only a boot can bring, each such thing by its name.

# find_nixos_signs: into $nixos_links the links to look at, a line each; texts go to awk by the environment, which
# unlike its -v reads no escapes.
find_nixos_signs() {
  local name
  nixos_links=
  for name in kernel initrd kernel-modules; do
    nixos_links="$nixos_links$BOOTED/$name$NL$PROFILE/$name$NL"
  done
  whole_text "$BOOTED/kernel-params" || :
  nixos_booted_params=$text
  whole_text "$PROFILE/kernel-params" || :
  nixos_next_params=$text
  whole_text "$BOOTED/reboot-triggers" || :
  nixos_booted_triggers=$text
  whole_text "$PROFILE/reboot-triggers" || :
  nixos_next_triggers=$text
  whole_text "$LIVE/switch-inhibitors" || :
  nixos_live_inhibitors=$text
  whole_text "$LIVE/init-interface-version" || :
  nixos_live_init=$text
  emit_boot_once
  read_staged
  trial_state
  export trial_state trial_system nixos_live_inhibitors nixos_live_init nixos_booted_params nixos_next_params nixos_booted_triggers nixos_next_triggers staged_system staged_reasons
}

# read_staged: into $staged_system what was committed without being made live, and into $staged_reasons why, a line each.
read_staged() {
  staged_system=
  staged_reasons=
  whole_text "$STATE_DIR/staged" || return 0
  staged_system=${text%%"$NL"*}
  staged_reasons=${text#"$staged_system"}
  staged_reasons=${staged_reasons#"$NL"}
}

# shellcheck disable=SC2016 # an awk program
flat_json_program='
  # A flat JSON object into an array of raw values by raw key.
  function flat_json(text, into,   key, value) {
    split("", into)
    while (match(text, /"([^"\\]|\\.)*"[ \t\n]*:[ \t\n]*/)) {
      key = substr(text, RSTART + 1, RLENGTH - 1)
      text = substr(text, RSTART + RLENGTH)
      sub(/"[ \t\n]*:[ \t\n]*$/, "", key)
      if (!match(text, /^"([^"\\]|\\.)*"/)) match(text, /^[^,}]*/)
      value = substr(text, 1, RLENGTH)
      text = substr(text, RLENGTH + 1)
      into[key] = value
    }
  }
  # Keys that both objects have with different values, but for those in `skip`: sorted, joined by commas.
  function changed_keys(old, new, skip,   before, after, key, list, count, i) {
    flat_json(old, before)
    flat_json(new, after)
    for (key in after) if (key in before && before[key] != after[key] && !index(" " skip " ", " " key " ")) {
      for (i = ++count; i > 1 && list[i - 1] > key; i--) list[i] = list[i - 1]
      list[i] = key
    }
    for (i = 1; i <= count; i++) old = (i == 1) ? list[i] : old ", " list[i]
    return count ? old : ""
  }
'

# shellcheck disable=SC2016 # an awk program
nixos_facts_program=$flat_json_program'
  function nixos_reboot(   reasons, names, i, staged) {
    if (!(booted_link in to_of)) return "unknown\n" booted_link " does not exist"
    boot_parts()
    staged = ENVIRON["staged_system"]
    if (staged != "" && staged == store_path(profile) && staged != store_path(live_link)) {
      emit("staged", staged "\n" ENVIRON["staged_reasons"])
      reasons = "\nit was applied for the next boot: " one_line(ENVIRON["staged_reasons"])
    }
    if (ENVIRON["trial_state"] == "running") return "yes\nwhat is booted was to be tried, and is not the default yet"
    if (ENVIRON["trial_state"] == "waiting") reasons = reasons "\na boot is to try " package_of(ENVIRON["trial_system"])
    split("kernel initrd kernel-modules", names, " ")
    for (i = 1; i <= 3; i++) reasons = reasons link_reason(names[i])
    reasons = reasons params_reason(ENVIRON["nixos_booted_params"], ENVIRON["nixos_next_params"])
    reasons = reasons triggers_reason(ENVIRON["nixos_booted_triggers"], ENVIRON["nixos_next_triggers"])
    return (reasons == "") ? "no" : "yes" reasons
  }
  # What a plan compares a system with that the host does not have yet.
  function boot_parts(   rows) {
    rows = boot_row("kernel", to_of[booted_link "/kernel"]) boot_row("initrd", to_of[booted_link "/initrd"])
    rows = rows boot_row("kernel-modules", to_of[booted_link "/kernel-modules"])
    rows = rows boot_row("kernel-params", ENVIRON["nixos_booted_params"])
    rows = rows boot_row("switch-inhibitors", ENVIRON["nixos_live_inhibitors"])
    table("boot", rows boot_row("init-interface-version", ENVIRON["nixos_live_init"]))
  }
  function boot_row(part, value) { gsub(/[\t\n]+/, " ", value); return (value == "") ? "" : "\n" part "\t" value }
  function one_line(text) { gsub(/\n/, "; ", text); return text }
  function link_reason(name,   old, new) {
    old = to_of[booted_link "/" name]
    new = to_of[profile "/" name]
    if (old == new) return ""
    old = package_of(old)
    new = package_of(new)
    return "\n" name ": " (old == new ? new " was rebuilt" : old " is booted, " new " is next")
  }
  function package_of(path) {
    if (path == "") return "none"
    sub(/^\/nix\/store\/[^-]*-/, "", path)
    sub(/\/.*$/, "", path)
    return path
  }
  function params_reason(old, new,   before, after, word, list, count, i) {
    if (old == new) return ""
    count = split(old, word, /[ \n]+/)
    for (i = 1; i <= count; i++) before[word[i]] = 1
    count = split(new, word, /[ \n]+/)
    for (i = 1; i <= count; i++) {
      after[word[i]] = 1
      if (!(word[i] in before)) list = list " +" word[i]
    }
    for (i in before) if (!(i in after)) list = list " -" i
    return "\nkernel-params:" (list == "" ? " another order" : list)
  }
  function triggers_reason(old, new,   keys) {
    if (old == "" || new == "") return ""
    # The links above name these already, and better.
    keys = changed_keys(old, new, "kernel initrd kernel-modules kernel-params")
    return (keys == "") ? "" : "\nreboot-triggers: " keys
  }
'

# shellcheck shell=dash
# Which secrets are recorded, and whether they are in memory now; without any process.
facts_secrets() {
  local key name digest state text=
  [ -d "$SECRET_DISK" ] && [ -r "$STATE_DIR/owned" ] || return 0
  while IFS=$TAB read -r key name _ _ _ _ _ _ _ _ digest; do
    [ "$key" = secret ] || continue
    if [ -f "$SECRETS/$name" ]; then state=present; else state=missing; fi
    text="$text$name$TAB$digest$TAB$state$NL"
  done <"$STATE_DIR/owned"
  [ -z "$text" ] || emit secret "${text%"$NL"}"
}

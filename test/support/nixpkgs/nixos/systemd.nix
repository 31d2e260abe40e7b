# Units, and temporary files. Services are rendered with the settings that switch-to-configuration reads.
{ config, lib, pkgs, ... }:
let
  inherit (lib) mkOption types;
  listOfNames = description: mkOption { type = types.listOf types.str; default = [ ]; inherit description; };
  flag = default: description: mkOption { type = types.bool; inherit default description; };
  links = {
    wantedBy = listOfNames "Units that want it.";
    requiredBy = listOfNames "Units that require it.";
    upheldBy = listOfNames "Units that uphold it.";
    aliases = listOfNames "Further names.";
    enable = flag true "Whether to make it.";
  };
  section = description: mkOption { type = types.attrsOf types.raw; default = { }; inherit description; };
  unit.options = links // {
    text = mkOption { type = types.nullOr types.str; default = null; description = "The unit file."; };
    overrideStrategy = mkOption { type = types.str; default = "asDropinIfExists"; description = "Beside a packaged unit, or in its place."; };
  };
  common = links // {
    description = mkOption { type = types.str; default = ""; description = "What it is."; };
    after = listOfNames "Units to start after.";
    unitConfig = section "The section Unit.";
    restartTriggers = mkOption { type = types.listOf types.raw; default = [ ]; description = "Values whose change restarts it."; };
    reloadTriggers = mkOption { type = types.listOf types.raw; default = [ ]; description = "Values whose change reloads it."; };
  };
  service.options = common // {
    serviceConfig = section "The section Service.";
    script = mkOption { type = types.lines; default = ""; description = "What ExecStart runs."; };
    restartIfChanged = flag true "Whether a change restarts it.";
    reloadIfChanged = flag false "Whether a change reloads it.";
    stopIfChanged = flag true "Whether a change stops it first.";
  };
  other = config': { options = common // { ${config'} = section "Its own section."; }; };

  value = item: if item == true then "true" else if item == false then "false" else toString item;
  lines = set: lib.concatStrings (lib.mapAttrsToList
    (key: item: lib.concatMapStrings (one: "${key}=${value one}\n") (if builtins.isList item then item else [ item ])) set);
  head = unit: ''
    [Unit]
  '' + lib.optionalString (unit.description != "") "Description=${unit.description}\n"
  + lib.concatMapStrings (name: "After=${name}\n") unit.after
  + lib.concatMapStrings (trigger: "X-Restart-Triggers=${toString trigger}\n") unit.restartTriggers
  + lib.concatMapStrings (trigger: "X-Reload-Triggers=${toString trigger}\n") unit.reloadTriggers
  + lines unit.unitConfig;
  start = name: unit: lib.optionalAttrs (unit.script != "") { ExecStart = "${pkgs.writeShellScriptBin "${name}-start" unit.script}/bin/${name}-start"; };
  fromService = name: unit: links' unit // {
    # One that starts nothing is about a packaged unit, and lies beside it.
    overrideStrategy = if unit.script == "" && unit.serviceConfig == { } then "asDropin" else "asDropinIfExists";
    text = head unit + "\n[Service]\n" + lines (start name unit // unit.serviceConfig)
      + lib.optionalString unit.reloadIfChanged "X-ReloadIfChanged=true\n"
      + lib.optionalString (!unit.reloadIfChanged && !unit.restartIfChanged) "X-RestartIfChanged=false\n"
      + lib.optionalString (!unit.stopIfChanged) "X-StopIfChanged=false\n";
  };
  fromOther = title: field: _: unit: links' unit // { text = head unit + "\n[${title}]\n" + lines unit.${field}; };
  links' = unit: { inherit (unit) wantedBy requiredBy upheldBy aliases enable; };
  units = ending: set: f: lib.mapAttrs' (name: unit: lib.nameValuePair "${name}.${ending}" (f name unit)) set;

  place = name: unit: if unit.overrideStrategy == "asDropin" then "${name}.d/overrides.conf" else name;
  write = name: unit: if !unit.enable || unit.text == null then "" else ''
    mkdir -p "$(dirname "$out/"${lib.escapeShellArg (place name unit)})"
    cat >"$out/"${lib.escapeShellArg (place name unit)} <<'END-OF-UNIT'
    ${unit.text}
    END-OF-UNIT
  '' + lib.concatMapStrings (link name) (wants "wants" unit.wantedBy ++ wants "requires" unit.requiredBy ++ wants "upholds" unit.upheldBy)
  + lib.concatMapStrings (alias: "ln -sfn ${lib.escapeShellArgs [ name ]} \"$out/\"${lib.escapeShellArg alias}\n") unit.aliases;
  include = package: ''
    for folder in ${package}/etc/systemd/system ${package}/lib/systemd/system; do
      [ ! -d "$folder" ] || (cd "$folder" && find . -type f) | while read -r file; do
        mkdir -p "$out/$(dirname "$file")"
        ln -s "$folder/$file" "$out/$file"
      done
    done
  '';
  wants = kind: map (by: "${by}.${kind}");
  link = name: folder: ''
    mkdir -p "$out/"${lib.escapeShellArg folder}
    ln -sfn ../${lib.escapeShellArg name} "$out/"${lib.escapeShellArg "${folder}/${name}"}
  '';
in
{
  options.systemd = {
    package = mkOption { type = types.raw; default = { interfaceVersion = 2; }; description = "Only its interfaceVersion counts."; };
    units = mkOption { type = types.attrsOf (types.submodule unit); default = { }; description = "Unit files."; };
    services = mkOption { type = types.attrsOf (types.submodule service); default = { }; description = "Services."; };
    timers = mkOption { type = types.attrsOf (types.submodule (other "timerConfig")); default = { }; description = "Timers."; };
    sockets = mkOption { type = types.attrsOf (types.submodule (other "socketConfig")); default = { }; description = "Sockets."; };
    packages = mkOption { type = types.listOf types.package; default = [ ]; description = "Packages with units and drop-ins."; };
    tmpfiles.rules = mkOption { type = types.listOf types.str; default = [ ]; description = "Lines of tmpfiles.d."; };
  };
  config = {
    systemd.units = units "service" config.systemd.services fromService
      // units "timer" config.systemd.timers (fromOther "Timer" "timerConfig")
      // units "socket" config.systemd.sockets (fromOther "Socket" "socketConfig");
    environment.etc = {
      "tmpfiles.d/00-nixos.conf" = lib.mkIf (config.systemd.tmpfiles.rules != [ ]) { text = lib.concatLines config.systemd.tmpfiles.rules; };
    };
    system.build.units = pkgs.runCommand "system-units" { } ("mkdir $out\n" + lib.concatStrings (lib.mapAttrsToList write config.systemd.units ++ map include config.systemd.packages));
  };
}

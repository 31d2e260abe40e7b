# The manifest as lines for sh, as backends/contract/README.md lays down.
{ lib, manifest }:
let
  field = value: if value == null || value == "" || value == [ ] then "-"
    else if builtins.isList value then lib.concatStringsSep "," value
    else toString value;
  line = fields: "${lib.concatMapStringsSep "\t" field fields}\n";
  kind = system: if system then "system" else "normal";

  group = entry: line [ "group" entry.name entry.gid (kind entry.system) ];
  user = entry: line [ "user" entry.name entry.uid entry.group entry.extraGroups entry.home (if entry.createHome then "home" else "nohome") entry.shell (kind entry.system) entry.description ];
  dir = entry: line [ "dir" entry.path entry.mode entry.owner entry.group ];
  file = entry: line [ "file" entry.path entry.mode entry.owner entry.group entry.sha256 entry.source (if entry.adopt then "adopt" else "own") entry.restartUnits entry.reloadUnits ];
  unit = entry: line [ "unit" entry.name entry.sha256 entry.source (if entry.enabled then "enabled" else "disabled") entry.onChange ];
  secret = entry: line [ "secret" entry.name entry.path entry.mode entry.owner entry.group entry.restartUnits entry.reloadUnits entry.phase entry.persist ];
  package = entry: line [ "package" entry.name entry.version entry.path ];
  # What the deployer asks the host only hands on.
  asker = entry: if entry.from == "deployer" then [ "deployer" entry.timeoutSeconds entry.kind ] else [ entry.kind entry.timeoutSeconds ];
  check = entry: line ([ "check" entry.name ] ++ asker entry ++ {
    unit = [ entry.unit or null ];
    command = [ entry.command or null ];
    http = [ entry.url or null entry.expectStatus or null ];
    tcp = [ entry.host or null entry.port or null ];
  }.${entry.kind});
  # A command may have several lines: `printf %b` makes of the field what it was.
  command = text: builtins.replaceStrings [ "\\" "\n" "\t" ] [ "\\\\" "\\n" "\\t" ] text;
  task = entry: line [ "task" entry.name (if entry.sudo then "root" else "login") entry.timeoutSeconds (command entry.run) ];
  hook = entry: line [ "hook" (builtins.hashString "sha256" entry.run) "root" entry.timeoutSeconds (command entry.run) ];

  body = [ (line [ "format" manifest.format ]) (line [ "host" manifest.host ]) (line [ "base" manifest.base ]) ]
    ++ map group manifest.groups ++ map user manifest.users ++ map dir manifest.directories ++ map file manifest.files
    ++ map unit manifest.units ++ map secret manifest.secrets ++ map package manifest.packages ++ map check manifest.healthChecks
    ++ map task (manifest.tasks or [ ]) ++ map hook (manifest.hooks or [ ]);
in
lib.concatStrings body + line [ "end" (lib.length body) ]

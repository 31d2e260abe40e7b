# Intents that NixOS cannot bring about as they stand. Each names its option; evaluation adds the host.
{ config, lib, ... }:
let
  inherit (config.nixfleet) files users firewall secrets systemd;
  paths = import ../paths.nix { inherit lib; };
  text = import ../unit-text.nix { inherit lib; };
  unitOption = name: "nixfleet.systemd.units.${builtins.toJSON name}";
  fileOption = path: "nixfleet.files.${builtins.toJSON path}";
  quoted = lib.concatStringsSep ", ";

  unit = name: entry: [
    { assertion = paths.foreignPrograms entry.text == [ ]; message = "${unitOption name}: starts ${quoted (paths.foreignPrograms entry.text)}, which NixOS does not have; name a program of a package, such as \${pkgs.coreutils}/bin/kill"; }
    { assertion = !entry.enabled || lib.any (key: text.words "Install" key entry.text != [ ]) [ "WantedBy" "RequiredBy" "UpheldBy" ]; message = "${unitOption name}: is enabled, but nothing in its [Install] section wants it, and NixOS starts only what something wants"; }
    { assertion = entry.onChange == "restart" || lib.hasSuffix ".service" name; message = "${unitOption name}.onChange: NixOS knows `${entry.onChange}' only for services"; }
  ] ++ map
    (other: { assertion = systemd.units ? ${other}; message = "${unitOption name}: enables ${other} along (Also=), which is not declared; declare it, NixOS reads no [Install] section"; })
    (if entry.enabled then text.words "Install" "Also" entry.text else [ ]);
  # Accounts that a unit makes are there only after the activation script, which puts secrets in place.
  accountsComeLate = config.systemd.sysusers.enable or false || config.services.userborn.enable or false;
  secret = name: entry: { assertion = !accountsComeLate || (entry.owner == "root" && entry.group == "root"); message = "nixfleet.secrets.${name}.owner: systemd-sysusers or userborn make accounts after secrets are in place on this host, so only root can own one; let a service take it with LoadCredential="; };
  isUnitFolder = path: builtins.match "/etc/systemd/system/[^/]+\\.d/[^/]+\\.conf" path != null;
  file = path: entry: [
    { assertion = !(isUnitFolder path) || (entry.mode == "0644" && entry.owner == "root" && entry.group == "root" && !entry.adopt); message = "${fileOption path}: a drop-in of a unit is root's with mode 0644 on NixOS, and takes over nothing"; }
    { assertion = builtins.match "/(bin|sbin|usr|lib|lib64)(/.*)?" path == null; message = "${fileOption path}: lies where NixOS keeps nothing; programs come from nixfleet.packages"; }
  ];
  # NixOS asks the unit's own wish first, whoever wants the restart.
  stubborn = name: entry: map (unit: "nixfleet.secrets.${name}.restartUnits: ${unit} says onChange = \"${systemd.units.${unit}.onChange}\", and NixOS heeds that also when a secret changes")
    (lib.filter (unit: (systemd.units.${unit} or { onChange = "restart"; }).onChange != "restart") entry.restartUnits);
in
{
  nixfleet.assertions = lib.concatLists (lib.mapAttrsToList unit systemd.units ++ lib.mapAttrsToList file files)
    ++ lib.mapAttrsToList (name: user: { assertion = !(paths.isForeignShell user.shell); message = "nixfleet.users.${name}.shell: NixOS has no ${user.shell}; name a shell of a package, such as \${pkgs.zsh}/bin/zsh"; }) users
    ++ lib.mapAttrsToList secret secrets
    ++ [
      { assertion = firewall.nft == "/usr/sbin/nft"; message = "nixfleet.firewall.nft: NixOS brings its own nft; leave it out for this host"; }
      { assertion = !firewall.enable || firewall.extraInputRules == "" || config.networking.nftables.enable; message = "nixfleet.firewall.extraInputRules: they are rules of nftables, and networking.nftables.enable is false on this host"; }
    ];

  nixfleet.warnings = map (name: "${unitOption name}: NixOS does not open a changed socket anew before the next boot")
    (lib.filter (name: lib.hasSuffix ".socket" name && systemd.units.${name}.onChange == "restart") (lib.attrNames systemd.units))
    ++ lib.concatLists (lib.mapAttrsToList stubborn secrets);
}

# A small web application: its package, account, folder, configuration, secret, unit and health check in one place.
{ config, lib, pkgs, ... }:
let
  inherit (config.nixfleet) host;
  port = 8080;
  # `vars: { adminPage: true }` in the inventory asks for /admin/, whose password is a secret.
  hasSecrets = host.vars.adminPage or false;

  myapp = pkgs.writeShellScriptBin "myapp" ''
    set -eu
    config=/etc/myapp/config.json
    [ "''${1:-}" != --config ] || config=$2
    setting() { ${pkgs.busybox}/bin/sed -n -e "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" -e "s/.*\"$1\":\([0-9]\{1,\}\).*/\1/p" "$config"; }
    ${pkgs.busybox}/bin/mkdir -p "$STATE_DIRECTORY/www"
    printf '<h1>%s</h1>\n' "$(setting greeting)" >"$STATE_DIRECTORY/www/index.html"
    # /admin/ asks for the password that `nixfleet secrets generate` made; without one there is no such page.
    umask 077
    : >"$RUNTIME_DIRECTORY/httpd.conf"
    if [ -r /run/nixfleet-secrets/myapp-admin ]; then
      ${pkgs.busybox}/bin/mkdir -p "$STATE_DIRECTORY/www/admin"
      printf 'Welcome.\n' >"$STATE_DIRECTORY/www/admin/index.html"
      printf '/admin:admin:%s\n' "$(${pkgs.busybox}/bin/cat /run/nixfleet-secrets/myapp-admin)" >"$RUNTIME_DIRECTORY/httpd.conf"
    fi
    exec ${pkgs.busybox}/bin/httpd -f -c "$RUNTIME_DIRECTORY/httpd.conf" -p "127.0.0.1:$(setting port)" -h "$STATE_DIRECTORY/www"
  '';
in
{
  nixfleet.users.myapp = { system = true; uid = 391; group = "myapp"; home = "/var/lib/myapp"; };
  nixfleet.directories."/var/lib/myapp" = { owner = "myapp"; group = "myapp"; mode = "0750"; };

  nixfleet.files."/etc/myapp/config.json" = {
    text = builtins.toJSON {
      inherit port;
      greeting = host.vars.greeting or "Hello from ${host.name}";
    };
    mode = "0640";
    owner = "root";
    group = "myapp";
    restartUnits = [ "myapp.service" ];
  };

  nixfleet.secrets = lib.mkIf hasSecrets {
    myapp-admin = {
      owner = "myapp";
      restartUnits = [ "myapp.service" ];
      generator.kind = "password";
    };
  };

  nixfleet.systemd.units."myapp.service".text = ''
    [Unit]
    Description=The example application
    After=network-online.target
    Wants=network-online.target

    [Service]
    User=myapp
    Group=myapp
    StateDirectory=myapp
    StateDirectoryMode=0750
    RuntimeDirectory=myapp
    RuntimeDirectoryMode=0700
    ExecStart=${myapp}/bin/myapp --config /etc/myapp/config.json
    Restart=always
    NoNewPrivileges=true
    ProtectSystem=strict
    ProtectHome=true

    [Install]
    WantedBy=multi-user.target
  '';

  nixfleet.healthChecks.myapp.http.url = "http://127.0.0.1:${toString port}/";
}

# nginx from Nix as a reverse proxy on port 80, with a unit of its own: no package of the distribution is touched.
# `vars: { upstream: "http://127.0.0.1:9000" }` in the inventory points it elsewhere.
{ config, pkgs, ... }:
let
  upstream = config.nixfleet.host.vars.upstream or "http://127.0.0.1:8080";
in
{
  nixfleet.packages = [ pkgs.nginx ];

  nixfleet.files."/etc/nginx/nginx.conf" = {
    text = ''
      error_log stderr;
      pid /run/nginx/nginx.pid;
      events { }
      http {
        access_log off;
        client_body_temp_path /var/cache/nginx/body;
        proxy_temp_path /var/cache/nginx/proxy;
        fastcgi_temp_path /var/cache/nginx/fastcgi;
        uwsgi_temp_path /var/cache/nginx/uwsgi;
        scgi_temp_path /var/cache/nginx/scgi;
        server {
          listen 80;
          location / {
            proxy_pass ${upstream};
          }
        }
      }
    '';
    reloadUnits = [ "nginx.service" ];
  };

  nixfleet.systemd.units."nginx.service".text = ''
    [Unit]
    Description=nginx
    After=network-online.target
    Wants=network-online.target

    [Service]
    User=www-data
    Group=www-data
    RuntimeDirectory=nginx
    CacheDirectory=nginx
    AmbientCapabilities=CAP_NET_BIND_SERVICE
    CapabilityBoundingSet=CAP_NET_BIND_SERVICE
    NoNewPrivileges=true
    ProtectSystem=strict
    ProtectHome=true
    PrivateTmp=true
    ExecStartPre=${pkgs.nginx}/bin/nginx -e stderr -t -c /etc/nginx/nginx.conf
    ExecStart=${pkgs.nginx}/bin/nginx -e stderr -c /etc/nginx/nginx.conf -g 'daemon off;'
    ExecReload=${pkgs.nginx}/bin/nginx -e stderr -t -c /etc/nginx/nginx.conf
    ExecReload=/bin/kill -HUP $MAINPID
    Restart=on-failure

    [Install]
    WantedBy=multi-user.target
  '';

  nixfleet.firewall.allowedTCPPorts = [ 80 ];
  nixfleet.healthChecks.nginx.tcp.port = 80;
}

{ lib, types' }:
let
  inherit (lib) mkOption types;
  optional = type: description: mkOption { type = types.nullOr type; default = null; inherit description; };
  http.options = {
    url = mkOption { type = types.strMatching "https?://[^ \t\n]+"; description = "What to get, from the host itself."; };
    expectStatus = mkOption { type = types.ints.between 100 599; default = 200; description = "Status that means healthy."; };
  };
  tcp.options = {
    host = mkOption { type = types.strMatching "[A-Za-z0-9.:_-]+"; default = "127.0.0.1"; description = "Address to connect to, from the host itself."; };
    port = mkOption { type = types.ints.between 1 65535; description = "Port to connect to."; };
  };
  check.options = {
    unit = optional types'.unitName "Healthy when this systemd unit is active.";
    command = optional types'.line "Healthy when this command, run by sh as root, ends with 0.";
    http = optional (types.submodule http) "Healthy when this URL answers with the expected status.";
    tcp = optional (types.submodule tcp) "Healthy when this port accepts a connection.";
    timeoutSeconds = mkOption { type = types.ints.positive; default = 30; description = "How long to wait until it is healthy."; };
  };
in
{
  options.nixfleet.healthChecks = mkOption {
    type = types.attrsOf (types.submodule check);
    default = { };
    example = lib.literalExpression ''{ web.http.url = "http://127.0.0.1/"; }'';
    description = "What must hold after an activation, by name. Each check has exactly one of `unit`, `command`, `http` and `tcp`.";
  };
}

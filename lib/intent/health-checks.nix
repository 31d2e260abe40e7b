{ lib, types' }:
let
  inherit (lib) mkOption types;
  optional = type: description: mkOption { type = types.nullOr type; default = null; inherit description; };
  http.options = {
    url = mkOption { type = types.strMatching "https?://[^ \t\n]+"; description = "What to get. `{addr}` and `{host}` stand for the host's address and name in the inventory, where the deployer asks."; };
    expectStatus = mkOption { type = types.ints.between 100 599; default = 200; description = "Status that means healthy. Redirects are not followed."; };
  };
  tcp.options = {
    host = mkOption { type = types.strMatching "[A-Za-z0-9.:_{}-]+"; default = "127.0.0.1"; description = "Address to connect to. `{addr}` stands for the host's address in the inventory, where the deployer asks."; };
    port = mkOption { type = types.ints.between 1 65535; description = "Port to connect to."; };
  };
  check.options = {
    unit = optional types'.unitName "Healthy when this systemd unit is active.";
    command = optional types'.line "Healthy when this command, run by sh as root, ends with 0.";
    http = optional (types.submodule http) "Healthy when this URL answers with the expected status.";
    tcp = optional (types.submodule tcp) "Healthy when this port accepts a connection.";
    from = mkOption { type = types.enum [ "host" "deployer" ]; default = "host"; description = "Who asks: the host itself, or, for `http` and `tcp`, the machine that deploys, by the way that users take."; };
    timeoutSeconds = mkOption { type = types.ints.positive; default = 5; description = "How long one try may take."; };
    intervalSeconds = mkOption { type = types.ints.positive; default = 1; description = "How long after one try the next begins."; };
    minHealthySeconds = mkOption { type = types.ints.unsigned; default = 1; description = "How long the check has to pass without a break before the host counts as healthy."; };
    deadlineSeconds = optional types.ints.positive "How long after the change is live the check may fail; as long as the confirmation lasts (`confirmWithin` of the inventory, which is extended to this) when it is not set.";
    retries = optional types.ints.unsigned "How often in a row a failing check is tried again; until the deadline when it is not set. A host that soaks is unhealthy after two more tries then.";
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

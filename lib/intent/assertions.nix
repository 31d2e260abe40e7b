{ lib, types' }:
let
  inherit (lib) mkOption types;
  assertion.options = {
    assertion = mkOption { type = types.bool; description = "What must be true."; };
    message = mkOption { type = types.str; description = "What is wrong, and how to put it right."; };
  };
in
{
  options.nixfleet = {
    assertions = mkOption { type = types.listOf (types.submodule assertion); default = [ ]; description = "Conditions; evaluation fails with the messages of all that do not hold."; };
    warnings = mkOption { type = types.listOf types.str; default = [ ]; description = "Messages shown with the plan."; };
  };
}

# Options whose shape is settled but that nothing acts on yet must not look as if they worked.
{ config, ... }:
{
  nixfleet.assertions = [ { assertion = config.nixfleet.osUpdates == null; message = "nixfleet.osUpdates: the policy for OS updates is set in the inventory (osUpdates), not in modules"; } ];
}

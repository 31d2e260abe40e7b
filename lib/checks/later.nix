# Options whose shape is settled but that nothing acts on yet must not look as if they worked.
{ config, lib, ... }:
{
  nixfleet.assertions =
    map (name: { assertion = false; message = "nixfleet.secrets.${name}: this version of NixFleet delivers no secrets; put the file on the host by other means until then"; })
      (lib.attrNames config.nixfleet.secrets)
    ++ [ { assertion = config.nixfleet.osUpdates == null; message = "nixfleet.osUpdates: the policy for OS updates is set in the inventory (osUpdates), not in modules"; } ];
}

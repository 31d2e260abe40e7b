# A health check as the manifest lists it.
name: check:
{
  inherit name;
  inherit (check) from timeoutSeconds intervalSeconds minHealthySeconds deadlineSeconds retries;
} // (
  if check.unit != null then { kind = "unit"; inherit (check) unit; }
  else if check.command != null then { kind = "command"; inherit (check) command; }
  else if check.http != null then { kind = "http"; inherit (check.http) url expectStatus; }
  else { kind = "tcp"; inherit (check.tcp) host port; }
)

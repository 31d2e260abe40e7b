# Roles, addresses and variables come from the inventory; here stands what only this host has.
{
  nixfleet.firewall.enable = true;
}

# The system as NixOS builds it, untouched; with a specialisation, that one's own system.
{ config, ... }:
config.system.build.toplevel

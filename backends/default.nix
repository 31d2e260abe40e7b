# The backend of each base: { modules, compile, problems }. `problems` are reasons why no host can use it; with any,
# `compile` is never called.
let
  ubuntu = {
    modules = [ ./ubuntu/lower ];
    compile = import ./ubuntu/compile.nix;
    problems = [ ];
  };
in
{
  inherit ubuntu;
  # Debian and Ubuntu differ in nothing that a closure is made of.
  debian = ubuntu;
  nixos = {
    modules = [ ];
    problems = [ "its base is nixos, for which this version of NixFleet has no backend; only ubuntu and debian hosts can be built (take it out of the selection, or deploy it with nixos-rebuild)" ];
  };
}

{ lib, types' }:
{
  options.nixfleet.packages = lib.mkOption {
    type = lib.types.listOf lib.types.package;
    default = [ ];
    example = lib.literalExpression "[ pkgs.git pkgs.htop ]";
    description = "Packages whose programs are on everybody's PATH, under /run/nixfleet/current/sw.";
  };
}

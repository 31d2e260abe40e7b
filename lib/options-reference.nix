# All intent options as data: [{ name, type, default, readOnly, description }], in the order of their names.
{ lib }:
let
  evaluated = lib.evalModules { modules = [ ./intent { _module.check = false; } ]; };

  walk = set: lib.concatMap (name: visit set.${name}) (lib.attrNames (removeAttrs set [ "_module" ]));
  visit = value: if (value._type or null) == "option" then (if value.internal or false then [ ] else entry value) else walk value;
  entry = option: [
    {
      name = lib.showOption option.loc;
      type = option.type.description;
      default = option.defaultText or (if option ? default then builtins.toJSON option.default else null);
      readOnly = option.readOnly or false;
      inherit (option) description;
    }
  ] ++ walk (option.type.getSubOptions option.loc);
in
walk evaluated.options

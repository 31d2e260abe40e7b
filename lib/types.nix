# Option types with messages in the words of this field. The patterns are those of the closure contract.
{ lib }:
let
  inherit (lib) types;
  described = description: type: type // { inherit description; };
  unitPattern = "[A-Za-z0-9:_.\\@-]{1,240}\\.(service|socket|timer|path|target|mount|automount|swap|slice)";
in
rec {
  inherit unitPattern;
  # No tab, newline or comma, and no component that is empty, `.` or `..`.
  isAbsolute = text: builtins.match "/[^\t\n,]+" text != null && builtins.match ".*/\\.{0,2}(/.*)?" text == null;
  isAccount = text: builtins.match "[a-z_][a-z0-9_-]{0,31}" text != null;
  isUnit = text: builtins.match unitPattern text != null;

  fileMode = described "file mode: four octal digits, the first 0 (setuid, setgid and sticky bits are not offered)"
    (types.strMatching "0[0-7]{3}");
  accountName = described "account name: a lower-case letter or _, then up to 31 of a-z, 0-9, _ and -"
    (types.strMatching "[a-z_][a-z0-9_-]{0,31}");
  unitName = described "name of a systemd unit with its ending, such as nginx.service" (types.strMatching unitPattern);
  absolutePath = described "absolute path without tab, newline or comma, and without a slash at the end"
    (types.addCheck types.str isAbsolute);
  line = described "text of one line, without tabs" (types.strMatching "[^\t\n]*");
  accountNumber = described "number between 0 and 4294967294" (types.ints.between 0 4294967294);
}

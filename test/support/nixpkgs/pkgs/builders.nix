# The trivial builders, without a standard environment.
{ lib, system, asPackage, busybox }:
rec {
  runCommand = name: env: script: asPackage
    (derivation (env // {
      inherit name system;
      builder = "${busybox}/bin/sh";
      args = [ "-euc" ". \"$scriptPath\"" ];
      PATH = "${busybox}/bin";
      inherit script;
      passAsFile = (env.passAsFile or [ ]) ++ [ "script" ];
    }))
    { };

  writeTextFile = { name, text, executable ? false, destination ? "" }: runCommand name { inherit text; passAsFile = [ "text" ]; } ''
    target="$out"${lib.escapeShellArg destination}
    mkdir -p "$(dirname "$target")"
    cp "$textPath" "$target"
    chmod ${if executable then "0555" else "0444"} "$target"
  '';
  writeText = name: text: writeTextFile { inherit name text; };

  writeShellScriptBin = name: text: writeTextFile {
    inherit name;
    executable = true;
    destination = "/bin/${name}";
    text = "#!${busybox}/bin/sh\n${text}";
  } // { meta.mainProgram = name; };
}

# The CLI as a package: its sources bundled, next to the libraries it runs with and the Nix files it reads.
{ lib, stdenvNoCC, esbuild, makeWrapper, nodejs_24, openssh, git, callPackage }:
let
  manifest = lib.importJSON ../package.json;
  parts = [ "bin" "src" "backends" "modules" "lib" "templates" "nix" "flake.nix" "package.json" "README.md" "docs" ];
in
stdenvNoCC.mkDerivation {
  pname = manifest.name;
  inherit (manifest) version;
  src = lib.fileset.toSource {
    root = ../.;
    fileset = lib.fileset.unions (map (part: lib.fileset.maybeMissing (../. + "/${part}")) parts);
  };
  nativeBuildInputs = [ esbuild makeWrapper ];

  # The same call as scripts/build.ts.
  buildPhase = ''
    runHook preBuild
    esbuild src/cli/main.ts --outdir=dist --bundle --splitting --format=esm --platform=node \
      --target=node22.18 --packages=external --sourcemap=linked
    runHook postBuild
  '';

  installPhase = ''
    runHook preInstall
    home=$out/lib/nixfleet
    mkdir -p "$home" "$out/bin"
    cp -r bin dist package.json backends modules lib templates nix flake.nix "$home"
    ln -s ${callPackage ./node-modules.nix { }}/node_modules "$home/node_modules"
    makeWrapper ${lib.getExe nodejs_24} "$out/bin/nixfleet" \
      --add-flags "--disable-warning=ExperimentalWarning $home/bin/nixfleet.js" \
      --suffix PATH : ${lib.makeBinPath [ openssh git ]}
    runHook postInstall
  '';

  doInstallCheck = true;
  installCheckPhase = ''
    test "$("$out/bin/nixfleet" --version | head -n 1)" != ""
  '';

  meta = {
    inherit (manifest) description;
    license = lib.licenses.mit;
    mainProgram = "nixfleet";
  };
}

# The CLI's runtime libraries. package-lock.json names no registry, so npm fetches them, and one hash covers them all; they
# are plain JavaScript, so it is the same on every machine. test/nix says when it is out of date, and how to renew it.
{ lib, stdenvNoCC, nodejs_24, cacert }:
let
  pinned = lib.importJSON ./node-modules.json;
in
stdenvNoCC.mkDerivation {
  name = "nixfleet-node-modules";
  src = lib.fileset.toSource {
    root = ../.;
    fileset = lib.fileset.unions [ ../package.json ../package-lock.json ];
  };
  nativeBuildInputs = [ nodejs_24 cacert ];
  buildPhase = ''
    export HOME=$TMPDIR
    npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund
  '';
  # npm's own notes depend on its version, and the links to programs are not ours to offer.
  installPhase = ''
    rm -rf node_modules/.package-lock.json node_modules/.bin
    mkdir "$out"
    mv node_modules "$out"
  '';
  dontFixup = true;
  outputHashMode = "recursive";
  outputHash = pinned.hash;
}

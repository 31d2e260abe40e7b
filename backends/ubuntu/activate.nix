# `activate`: the closure brings itself to life, by hand and without the CLI.
''
  #!/bin/sh
  # Activates this closure, as root, with the host program that was current when the closure was built.
  self=$(readlink -f -- "$0") || exit 70
  closure=''${self%/*}
  exec /bin/sh "$closure/nixfleet-host" activate-now "$closure"
''

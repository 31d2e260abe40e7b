# usage: nginx [-t] [-v] [-p PREFIX] [-e LOG] [-c FILE] [-g DIRECTIVES]
# Understands one server block with listen and either root or location / { proxy_pass http://HOST:PORT; }.
set -eu
PATH=@busybox@/bin
conf=/etc/nginx/nginx.conf test=no
while [ $# -gt 0 ]; do
  case $1 in
    -c) conf=$2; shift 2 ;;
    -g | -p | -e) shift 2 ;;
    -t) test=yes; shift ;;
    -v) echo 'nginx version: stand-in/1.28.0' >&2; exit 0 ;;
    *) echo "nginx: invalid option: $1" >&2; exit 1 ;;
  esac
done

# The value of a directive's first appearance, comments left out.
directive() { sed -e 's/#.*//' -e 's/[;{}]/\n/g' "$conf" | sed -n "s/^[[:space:]]*$1[[:space:]][[:space:]]*\(.*[^[:space:]]\)[[:space:]]*$/\1/p" | head -n 1; }

# Refuses what nginx would refuse too; sets listen, root and upstream.
read_conf() {
  [ -r "$conf" ] || { echo "nginx: [emerg] open() \"$conf\" failed" >&2; return 1; }
  opening=$(tr -cd '{' <"$conf" | wc -c) closing=$(tr -cd '}' <"$conf" | wc -c)
  [ "$opening" -eq "$closing" ] || { echo "nginx: [emerg] unexpected end of file, expecting \"}\" in $conf" >&2; return 1; }
  listen=$(directive listen)
  listen=${listen%% *}
  [ -n "$listen" ] || { echo "nginx: [emerg] no \"listen\" in $conf" >&2; return 1; }
  root=$(directive root)
  upstream=$(directive proxy_pass)
  [ -n "$root$upstream" ] || { echo "nginx: [emerg] this stand-in needs \"root\" or \"proxy_pass\" in $conf" >&2; return 1; }
}

serve() {
  if [ -n "$upstream" ]; then
    upstream=${upstream#http://}
    upstream=${upstream%%/*}
    # One process for each connection, which carries bytes both ways.
    nc -ll -p "${listen##*:}" -e nc "${upstream%:*}" "${upstream##*:}" &
  else
    httpd -f -p "$listen" -h "$root" &
  fi
  server=$!
}

read_conf || exit 1
[ "$test" = no ] || { echo "nginx: configuration file $conf test is successful" >&2; exit 0; }

# As with nginx, HUP takes up a new configuration if it is a good one.
reload=no
trap 'reload=yes' HUP
trap 'kill "$server"; exit 0' TERM INT QUIT
serve
while :; do
  wait "$server" && code=0 || code=$?
  [ "$reload" = yes ] || exit "$code"
  reload=no
  if read_conf; then
    kill "$server" 2>/dev/null || :
    wait "$server" || :
    serve
  fi
done

# usage: nginx [-t] [-v] [-p PREFIX] [-e LOG] [-c FILE] [-g DIRECTIVES]
# Understands one server block with listen, root and location / { proxy_pass } or { return CODE TEXT }.
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
[ -r "$conf" ] || { echo "nginx: [emerg] open() \"$conf\" failed" >&2; exit 1; }

# The value of a directive's first appearance, comments left out.
directive() { sed -e 's/#.*//' "$conf" | tr ';{}' '\n\n\n' | sed -n "s/^[[:space:]]*$1[[:space:]][[:space:]]*\(.*[^[:space:]]\)[[:space:]]*$/\1/p" | head -n 1; }

opening=$(tr -cd '{' <"$conf" | wc -c) closing=$(tr -cd '}' <"$conf" | wc -c)
[ "$opening" -eq "$closing" ] || { echo "nginx: [emerg] unexpected end of file, expecting \"}\" in $conf" >&2; exit 1; }
listen=$(directive listen)
listen=${listen%% *}
[ -n "$listen" ] || { echo "nginx: [emerg] no \"listen\" in $conf" >&2; exit 1; }
root=$(directive root)
upstream=$(directive proxy_pass)
[ "$test" = no ] || { echo "nginx: configuration file $conf test is successful" >&2; exit 0; }

work=${RUNTIME_DIRECTORY:-$(mktemp -d)}
: >"$work/httpd.conf"
if [ -n "$upstream" ]; then
  upstream=${upstream#http://}
  printf 'P:/:%s/\n' "${upstream%/}" >>"$work/httpd.conf"
fi
exec httpd -f -p "$listen" -h "${root:-$work}" -c "$work/httpd.conf"

# Sourced when an instance starts, beside an nginx.conf that the app wrote itself. nginx is built for the paths of a system
# of its own: what the configuration does not set leads to places that an app may write to.

# nginx_sets DIRECTIVE FILE...: whether one of the files has it. Every start asks often, so it asks no other program.
nginx_sets() {
  local directive=$1 file text line=$'\n'
  shift
  for file in "$@"; do
    text=
    IFS= read -r -d '' text <"$file" || true
    if [[ $line$text =~ $line([^#$line]*[{\;[:space:]])?${directive}[[:space:]] ]]; then return 0; fi
  done
  return 1
}

# add_nginx_defaults FILE...: into the http block of the first.
add_nginx_defaults() {
  local directive line=
  for directive in client_body proxy fastcgi uwsgi scgi; do
    nginx_sets "${directive}_temp_path" "$@" || line+=" ${directive}_temp_path ${TMPDIR:-/tmp}/nginx-$directive;"
  done
  nginx_sets access_log "$@" || line+=" access_log /dev/stdout;"
  if [[ -z $line ]]; then return 0; fi
  # On the line of the brace, so that the numbers of lines in nginx's messages stay right.
  awk -v defaults="$line" '
    !done && (/^[ \t]*http[ \t]*\{/ || (waiting && /^[ \t]*\{/)) { sub(/\{/, "{" defaults); done = 1 }
    { waiting = /^[ \t]*http[ \t]*$/; print }' "$1" >"$1.rendered"
  mv "$1.rendered" "$1"
}

# nginx_globals FILE...: for nginx -g.
nginx_globals() {
  nginx_sets daemon "$@" || printf 'daemon off; '
  nginx_sets pid "$@" || printf 'pid %s/nginx.pid; ' "${TMPDIR:-/tmp}"
}

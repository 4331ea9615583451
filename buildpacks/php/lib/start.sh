#!/usr/bin/env bash
# Starts php-fpm and the web server and stays with them: a stop is passed on to both, and when one of them ends the other is
# ended too, so that the platform replaces the instance. `start check` only tries nginx's settings.
set -uo pipefail
cd "$HOME" || exit 1

# What an instance needs besides PHP, and what a PHP process typically takes, in MB; at most so many are of use.
readonly base_memory=32 child_memory=32 most_children=50

# fpm_children: how many requests the memory limit allows at once.
fpm_children() {
  local limit=${MEMORY_LIMIT:-512m} megabytes count
  case $limit in
    *[gG]) megabytes=$((${limit%?} * 1024)) ;;
    *[mM]) megabytes=${limit%?} ;;
    *) megabytes=512 ;;
  esac
  count=$(((megabytes - base_memory) / child_memory))
  echo $((count < 2 ? 2 : count > most_children ? most_children : count))
}

# render_nginx: nginx does not replace ${NAME} itself. Its own variables are in lower case.
render_nginx() {
  local source=$PHP_ROOT/nginx/conf target=$TMPDIR/nginx file text name
  mkdir -p "$target"
  cp -R "$source/." "$target/"
  find "$source" -type f \( -name '*.conf' -o -name fastcgi_params \) -printf '%P\n' | while IFS= read -r file; do
    text=$(<"$source/$file")
    for name in $(grep -oE '\$\{[A-Z][A-Z0-9_]*\}' "$source/$file" | sort -u | tr -d '${}'); do
      text=${text//"\${$name}"/"${!name-}"}
    done
    printf '%s\n' "$text" >"$target/$file"
  done
}

start_server() {
  case $server in
    httpd) exec httpd -f "$PHP_ROOT/httpd/conf/httpd.conf" -DFOREGROUND ;;
    nginx) exec nginx -p "$TMPDIR/nginx" -e stderr -c "$TMPDIR/nginx/nginx.conf" ;;
  esac
}

fpm_listens() {
  if [[ $server == nginx ]]; then [[ -S $TMPDIR/php-fpm.socket ]]; else (exec 3<>/dev/tcp/127.0.0.1/9000) 2>/dev/null; fi
}

# A stop lets running requests end: first the web server, which needs php-fpm for them.
stop() {
  stopping=yes
  [[ -z $web ]] || kill -"$graceful" "$web" 2>/dev/null
}

server=$(<"$PHP_ROOT/etc/web-server")
[[ $server != nginx ]] || render_nginx
if [[ ${1:-} == check ]]; then exec nginx -t -p "$TMPDIR/nginx" -e stderr -c "$TMPDIR/nginx/nginx.conf"; fi

if [[ -s $PHP_ROOT/etc/preprocess.sh ]]; then
  bash -e "$PHP_ROOT/etc/preprocess.sh" || { echo "A command of ADDITIONAL_PREPROCESS_CMDS failed." >&2; exit 1; }
fi
PHP_FPM_CHILDREN=$(fpm_children)
export PHP_FPM_CHILDREN
if [[ $server == none ]]; then exec bash "$PHP_ROOT/etc/command.sh"; fi

stopping= web= graceful=QUIT
[[ $server != httpd ]] || graceful=WINCH
trap stop TERM INT
php-fpm -F -y "$PHPRC/php-fpm.conf" &
fpm=$!
until fpm_listens; do
  if [[ -n $stopping ]]; then kill "$fpm"; exit 143; fi
  kill -0 "$fpm" 2>/dev/null || { echo "php-fpm did not start." >&2; exit 1; }
  sleep 0.05
done
start_server &
web=$!
# It may have been stopped before there was a server to pass it on to.
[[ -z $stopping ]] || stop

wait -n "$fpm" "$web"
if [[ -n $stopping ]]; then
  wait "$web"
  kill -QUIT "$fpm" 2>/dev/null
  wait "$fpm"
  exit 143
fi
if kill -0 "$fpm" 2>/dev/null; then echo "$server ended; the instance ends with it." >&2; else echo "php-fpm ended; the instance ends with it." >&2; fi
kill "$fpm" "$web" 2>/dev/null
wait
exit 1

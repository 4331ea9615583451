# The Staticfile buildpack's own steps.

declare -A OPTIONS=()

# read_staticfile FILE: `key: value` lines. A key that is not known is an error: a misspelt one would be ignored in silence.
read_staticfile() {
  local line number=0
  while IFS= read -r line || [[ -n $line ]]; do
    number=$((number + 1))
    line=${line%%#*}
    [[ $line =~ [^[:space:]] ]] || continue
    [[ $line =~ ^(---|\{\})[[:space:]]*$ ]] && continue
    [[ $line =~ ^([a-z_]+):[[:space:]]*[\"\']?([^\"\']*)[\"\']?[[:space:]]*$ ]] ||
      fail "Staticfile, line $number: '$line' is not of the form 'option: value'."
    case ${BASH_REMATCH[1]} in
      root | directory | pushstate | force_https | ssi | host_dot_files | http_strict_transport_security | status_codes) ;;
      *) fail "Staticfile, line $number: there is no option '${BASH_REMATCH[1]}'." \
        "Options: root, directory, pushstate, force_https, ssi, host_dot_files, http_strict_transport_security." ;;
    esac
    OPTIONS[${BASH_REMATCH[1]}]=${BASH_REMATCH[2]%"${BASH_REMATCH[2]##*[![:space:]]}"}
  done <"$1"
}

option() { echo "${OPTIONS[$1]:-}"; }
enabled() { case ${OPTIONS[$1]:-} in true | enabled | visible | yes | on) return 0 ;; *) return 1 ;; esac }

# gather_site BUILD_DIR SOURCE: the files to serve into BUILD_DIR/public; what the buildpack reads itself stays out.
gather_site() {
  local build=$1 source=$2 public
  public=$(mktemp -d "$build/.public-XXXXXX")
  (
    shopt -s dotglob nullglob
    for entry in "$source"/*; do
      case ${entry##*/} in
        Staticfile | Staticfile.auth | manifest.yml | manifest.yaml | .profile | .profile.d | .cfignore | .cloudfoundry | stackato.yml | .public-*) ;;
        *) mv "$entry" "$public/" ;;
      esac
    done
  )
  rm -rf "$build/public"
  mv "$public" "$build/public"
  chmod 755 "$build/public"
}

write_configuration() {
  local build=$1 root=$2
  mkdir -p "$build/nginx"
  cp "$root/nginx/etc/nginx/mime.types" "$build/nginx/mime.types"
  {
    cat <<'EOF'
worker_processes 1;
daemon off;
error_log stderr;
pid ${TMPDIR}/nginx.pid;
events { worker_connections 1024; }
http {
  include ${HOME}/nginx/mime.types;
  default_type application/octet-stream;
  log_format router '$remote_addr - [$time_local] "$request" $status $body_bytes_sent';
  access_log off;
  client_body_temp_path ${TMPDIR}/body;
  proxy_temp_path ${TMPDIR}/proxy;
  fastcgi_temp_path ${TMPDIR}/fastcgi;
  uwsgi_temp_path ${TMPDIR}/uwsgi;
  scgi_temp_path ${TMPDIR}/scgi;
  sendfile on;
  tcp_nopush on;
  keepalive_timeout 90;
  server_tokens off;
  port_in_redirect off;
  gzip on;
  gzip_vary on;
  gzip_proxied any;
  gzip_min_length 1024;
  gzip_types text/plain text/css text/javascript application/javascript application/json application/xml image/svg+xml application/wasm;
  server {
    listen ${PORT};
    root ${HOME}/public;
    index index.html index.htm Default.htm;
EOF
    if enabled force_https; then
      echo '    if ($http_x_forwarded_proto = "http") { return 301 https://$host$request_uri; }'
    fi
    if enabled http_strict_transport_security; then
      echo '    add_header Strict-Transport-Security "max-age=31536000; includeSubDomains; preload";'
    fi
    if ! enabled host_dot_files; then echo '    location ~ /\. { deny all; return 404; }'; fi
    if [[ -f $build/public/404.html ]]; then echo '    error_page 404 /404.html;'; fi
    echo '    location / {'
    if enabled pushstate; then echo '      try_files $uri $uri/ /index.html;'; fi
    if enabled directory; then echo '      autoindex on;'; fi
    if enabled ssi; then echo '      ssi on;'; fi
    if [[ -f $build/nginx/htpasswd ]]; then
      echo '      auth_basic "Restricted";'
      echo '      auth_basic_user_file ${HOME}/nginx/htpasswd;'
    fi
    printf '    }\n  }\n}\n'
  } >"$build/nginx/nginx.conf.template"
}

# The port and the paths are known only when an instance starts.
write_start_script() {
  cat >"$1/nginx/start.sh" <<'EOF'
#!/usr/bin/env bash
set -e
template=$(<"$HOME/nginx/nginx.conf.template")
for name in PORT HOME TMPDIR; do template=${template//"\${$name}"/${!name}}; done
printf '%s\n' "$template" >"$TMPDIR/nginx.conf"
exec nginx -p "$TMPDIR" -e stderr -c "$TMPDIR/nginx.conf"
EOF
  chmod +x "$1/nginx/start.sh"
}

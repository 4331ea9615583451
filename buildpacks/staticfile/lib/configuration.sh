# nginx's configuration: written from the Staticfile's options, or the app's own.

# write_configuration BUILD_DIR ROOT: a template; the port and the paths are known only when an instance starts.
write_configuration() {
  local build=$1 root=$2 conf=$1/nginx/conf
  mkdir -p "$conf" "$build/nginx/logs"
  ln -sf /dev/stdout "$build/nginx/logs/access.log"
  ln -sf /dev/stderr "$build/nginx/logs/error.log"
  if [[ -f $build/Staticfile.auth ]]; then
    mv "$build/Staticfile.auth" "$conf/.htpasswd"
    note "Basic authentication is on"
  fi
  if [[ -f $build/public/mime.types ]]; then
    note "Using the app's own mime.types"
    mv "$build/public/mime.types" "$conf/mime.types"
  else
    cp "$root/nginx/etc/nginx/mime.types" "$conf/mime.types"
  fi
  if [[ -f $build/public/nginx.conf ]]; then
    note "Using the app's own nginx.conf: Staticfile and Staticfile.auth change nothing. The nginx buildpack is made for this."
    mv "$build/public/nginx.conf" "$conf/nginx.conf.template"
  else
    template "$build" >"$conf/nginx.conf.template"
  fi
}

template() {
  cat <<'EOF'
worker_processes 1;
daemon off;
error_log stderr;
pid ${TMPDIR}/nginx.pid;
events { worker_connections 1024; }
http {
  include mime.types;
  default_type application/octet-stream;
  charset utf-8;
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
  absolute_redirect off;
  gzip on;
  gzip_vary on;
  gzip_proxied any;
  gzip_min_length 1024;
  gzip_types text/plain text/css text/xml text/javascript application/javascript application/json application/xml application/rss+xml image/svg+xml application/wasm;
  # FILE.gz beside FILE, or in its place, is sent as it is.
  gzip_static always;
  gunzip on;

  # How the request came to the outermost proxy.
  map $http_x_forwarded_proto $first_proto {
    ~^(?<proto>[^,]+) $proto;
  }
  map $http_x_forwarded_host $first_host {
    ~^(?<outer>[^,]+) $outer;
    default $host;
  }
  map $http_x_forwarded_prefix $first_prefix {
    ~^(?<prefix>[^,]+) $prefix;
  }

  server {
    listen ${PORT};
    root ${HOME}/public;
    index index.html index.htm Default.htm;
EOF
  if enabled force_https; then echo '    ${HTTPS_REDIRECT}'; else echo '    ${FORCE_HTTPS_REDIRECT}'; fi
  if ! enabled host_dot_files; then echo '    location ~ /\. { deny all; return 404; }'; fi
  echo '    location / {'
  location_options "$1"
  printf '    }\n  }\n}\n'
}

location_options() {
  local build=$1 codes header="max-age=31536000"
  if enabled pushstate; then echo '      try_files $uri $uri/ /index.html;'; fi
  if enabled directory; then echo '      autoindex on;'; fi
  if enabled ssi; then echo '      ssi on;'; fi
  if [[ -f $build/nginx/conf/.htpasswd ]]; then
    echo '      auth_basic "Restricted";'
    echo '      auth_basic_user_file ${HOME}/nginx/conf/.htpasswd;'
  fi
  if enabled http_strict_transport_security; then
    if enabled http_strict_transport_security_include_subdomains; then header+="; includeSubDomains"; fi
    if enabled http_strict_transport_security_preload; then header+="; preload"; fi
    echo "      add_header Strict-Transport-Security \"$header\" always;"
  fi
  if [[ -n $(option location_include) ]]; then echo "      include $(option location_include);"; fi
  for codes in "${!STATUS_PAGES[@]}"; do echo "      error_page $codes ${STATUS_PAGES[$codes]};"; done
  if ((${#STATUS_PAGES[@]} == 0)) && [[ -f $build/public/404.html ]]; then echo '      error_page 404 /404.html;'; fi
}

# write_start BUILD_DIR: the start script has the name it has in Cloud Foundry, so that manifests may call it.
write_start() {
  cp "$BUILDPACK_DIR/lib/boot.sh" "$1/boot.sh"
  cp "$BUILDPACK_DIR/lib/nginx-defaults.sh" "$1/nginx/"
  chmod +x "$1/boot.sh"
}

# check_configuration BUILD_DIR ROOT: included files and an nginx.conf of the app's own are tried now.
check_configuration() {
  local said
  if ! said=$(HOME=$1 PORT=8080 TMPDIR=$(mktemp -d) PATH="$2/bin:$PATH" "$1/boot.sh" check 2>&1); then
    sed "s#$1/##g" <<<"$said" | grep -vE 'test failed$' | indent
    fail "nginx does not accept the app's configuration: see above." "Look at nginx.conf, and at the files that location_include names."
  fi
  rm -f "$1/nginx/conf/nginx.conf"
}

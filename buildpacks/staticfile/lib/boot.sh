#!/usr/bin/env bash
# Fills in what only an instance knows, and starts nginx. `boot.sh check` only tries the configuration.
set -euo pipefail
. "$HOME/nginx/nginx-defaults.sh"
cd "$HOME/nginx"
APP_ROOT=$HOME
# The Staticfile asks for it, or the variable FORCE_HTTPS does.
HTTPS_REDIRECT='if ($first_proto = "http") { return 301 https://$first_host$first_prefix$request_uri; }'
FORCE_HTTPS_REDIRECT=${FORCE_HTTPS:+$HTTPS_REDIRECT}
text=$(<conf/nginx.conf.template)
for name in PORT HOME TMPDIR APP_ROOT HTTPS_REDIRECT FORCE_HTTPS_REDIRECT; do
  # The app's own nginx.conf may have them in the ways Cloud Foundry's buildpack knew.
  for written in "\${$name}" "(($name))" "<%= ENV[\"$name\"] %>" "<%= ENV['$name'] %>"; do text=${text//"$written"/"${!name}"}; done
done
printf '%s\n' "$text" >conf/nginx.conf
add_nginx_defaults conf/nginx.conf
globals=$(nginx_globals conf/nginx.conf)
test=()
if [[ ${1:-} == check ]]; then test=(-t -q); fi
exec nginx "${test[@]}" -p "$HOME/nginx" -e stderr -c "$HOME/nginx/conf/nginx.conf" ${globals:+-g "$globals"}

# Rails: its assets and its secret.

is_rails() { grep -qE '^ {4}railties ' "$1/Gemfile.lock" 2>/dev/null; }

# precompile_assets BUILD_DIR: unless it was done where the app was developed, or there is nothing to do.
precompile_assets() {
  local build=$1 tasks
  if compgen -G "$build/public/assets/.sprockets-manifest-*.json" >/dev/null || compgen -G "$build/public/assets/manifest-*.json" >/dev/null ||
    [[ -f $build/public/assets/.manifest.json ]]; then
    note "Assets were compiled already: public/assets has their manifest"
    return
  fi
  if ! grep -qE '^ {4}rake ' "$build/Gemfile.lock" || [[ ! -f $build/Rakefile ]]; then
    note "No assets are compiled: there is no Rakefile, or no rake in Gemfile.lock"
    return
  fi
  cd "$build"
  export SECRET_KEY_BASE_DUMMY=1 SECRET_KEY_BASE=${SECRET_KEY_BASE:-while-staging}
  tasks=$(bundle exec rake -P 2>&1) || {
    indent <<<"$tasks"
    fail "rake cannot load the app's Rakefile: see above." "'bundle exec rake -P' must run without the database and other services, with RAILS_ENV=production."
  }
  if grep -q '^rake assets:precompile$' <<<"$tasks"; then
    step "Precompiling assets"
    bundle exec rake assets:precompile 2>&1 | indent ||
      fail "rake assets:precompile failed: see its output above." "It must run without the database and other services, with RAILS_ENV=production."
  fi
}

# write_secret BUILD_DIR CACHE_DIR PROFILE: Rails signs its cookies with it. The same after each staging; what the app
# brings itself, in its environment or its credentials, is used instead.
write_secret() {
  if [[ ! -f $1/config/credentials.yml.enc && ! -f $1/config/credentials/production.yml.enc ]]; then
    if [[ ! -s $2/secret_key_base ]]; then openssl rand -hex 64 >"$2/secret_key_base"; fi
    printf 'export SECRET_KEY_BASE="${SECRET_KEY_BASE:-%s}"\n' "$(<"$2/secret_key_base")" >"$3"
  fi
}

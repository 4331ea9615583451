# The Ruby buildpack's own steps.

# ruby_range BUILD_DIR: the version the app asks for, as a range; empty when it does not care.
ruby_range() {
  local build=$1 range=
  if [[ -f $build/Gemfile ]]; then
    range=$(sed -nE "s/^[[:space:]]*ruby[[:space:]]+[\"']([^\"']+)[\"']([[:space:]]*,[[:space:]]*[\"']([^\"']+)[\"'])?.*/\1,\3/p" "$build/Gemfile" | head -n 1)
    range=${range%,}
  fi
  if [[ -z $range && -f $build/.ruby-version ]]; then
    range=$(head -n 1 "$build/.ruby-version" | tr -d '[:space:]')
    range=${range#ruby-}
  fi
  echo "$range"
}

ruby_range_source() {
  if [[ -f $1/Gemfile ]] && grep -qE "^[[:space:]]*ruby[[:space:]]+[\"']" "$1/Gemfile"; then echo Gemfile
  elif [[ -f $1/.ruby-version ]]; then echo .ruby-version
  else echo "the newest there is"; fi
}

# make_launchers DIR: bin/ and lib/ of the unpacked packages, where the app's paths lead.
make_launchers() {
  local root=$1 program
  mkdir -p "$root/bin" "$root/lib"
  ln -sf ../ruby/usr/bin/ruby3.1 "$root/bin/ruby"
  find "$root/ruby/usr/lib/x86_64-linux-gnu" "$root/ruby/lib" -maxdepth 2 \( -name '*.so.*' \) 2>/dev/null |
    while read -r library; do ln -sf "../${library#"$root"/}" "$root/lib/$(basename "$library")"; done
  for program in gem bundle bundler rake erb irb; do
    for candidate in "$root/ruby/usr/bin/${program}3.1" "$root/ruby/usr/bin/$program"; do
      if [[ -f $candidate ]]; then
        printf '#!/usr/bin/env bash\nexec ruby "$(dirname "$0")/../%s" "$@"\n' "${candidate#"$root"/}" >"$root/bin/$program"
        chmod +x "$root/bin/$program"
        break
      fi
    done
  done
}

# write_profile DIR INDEX: Ruby's paths, relative to wherever the droplet is unpacked.
write_profile() {
  mkdir -p "$1/profile.d"
  cat >"$1/profile.d/ruby.sh" <<EOF
ruby_root="\$DEPS_DIR/$2/ruby/usr"
export RUBYLIB="\$ruby_root/lib/ruby/vendor_ruby/3.1.0:\$ruby_root/lib/x86_64-linux-gnu/ruby/vendor_ruby/3.1.0:\$ruby_root/lib/ruby/vendor_ruby:\$ruby_root/lib/ruby/3.1.0:\$ruby_root/lib/x86_64-linux-gnu/ruby/3.1.0"
export GEM_HOME="\$DEPS_DIR/$2/gems"
export GEM_PATH="\$GEM_HOME:\$ruby_root/share/rubygems-integration/all:\$ruby_root/share/rubygems-integration/3.1.0:\$ruby_root/lib/ruby/gems/3.1.0:\$ruby_root/share/rubygems-integration/3.1"
export PATH="\$GEM_HOME/bin:\$PATH"
export RACK_ENV="\${RACK_ENV:-production}" RAILS_ENV="\${RAILS_ENV:-production}"
export RAILS_SERVE_STATIC_FILES="\${RAILS_SERVE_STATIC_FILES:-enabled}" RAILS_LOG_TO_STDOUT="\${RAILS_LOG_TO_STDOUT:-enabled}"
export MALLOC_ARENA_MAX="\${MALLOC_ARENA_MAX:-2}" BUNDLE_WITHOUT="\${BUNDLE_WITHOUT:-development:test}"
unset ruby_root
EOF
}

# install_gems BUILD_DIR CACHE_DIR DIR: from what is there (vendor/cache, the runtime's own gems) when that is enough,
# else from the source the Gemfile names. The cache keeps what was built for the next push.
install_gems() {
  local build=$1 cache=$2 root=$3 log
  log=$(mktemp)
  export BUNDLE_GEMFILE=$build/Gemfile BUNDLE_USER_HOME=$cache/bundle BUNDLE_DISABLE_SHARED_GEMS=false
  export BUNDLE_SILENCE_ROOT_WARNING=true BUNDLE_APP_CONFIG=$root/bundle-config
  [[ -f $build/Gemfile.lock ]] && export BUNDLE_FROZEN=true
  mkdir -p "$GEM_HOME" "$BUNDLE_USER_HOME"
  if [[ -d $cache/gems ]]; then cp -a "$cache/gems/." "$GEM_HOME/"; fi
  note "Running bundle install with $(bundle --version)"
  cd "$build"
  if ! bundle install --local --quiet >"$log" 2>&1; then
    if grep -qE 'deployment mode|frozen' "$log" && grep -q 'Gemfile.lock' "$log"; then
      indent <"$log"
      fail "Gemfile.lock does not fit Gemfile." "Run 'bundle install' where you develop, and push both files."
    fi
    bundle install --jobs 4 --retry 2 2>&1 | indent || fail "bundle install failed: see its output above." \
      "Gems come from the source in your Gemfile, or from vendor/cache (run 'bundle package' before you push)."
    bundle clean 2>&1 | indent
  fi
  rm -f "$log"
  rm -rf "$cache/gems"
  cp -a "$GEM_HOME" "$cache/gems"
  note "Bundle complete: $(bundle list 2>/dev/null | grep -c '^  \*') gems"
}

precompile_assets() {
  local build=$1
  cd "$build"
  if bundle exec rake -P 2>/dev/null | grep -q '^rake assets:precompile'; then
    step "Precompiling assets"
    SECRET_KEY_BASE_DUMMY=1 SECRET_KEY_BASE=${SECRET_KEY_BASE:-while-staging} bundle exec rake assets:precompile 2>&1 | indent ||
      fail "rake assets:precompile failed: see its output above." "It must run without the database and other services."
  fi
}

# web_command BUILD_DIR: how Ruby web apps of each kind are started; empty when nothing fits.
web_command() {
  local build=$1
  if grep -qE '^ {4}railties ' "$build/Gemfile.lock" 2>/dev/null; then
    echo 'bundle exec rails server -b 0.0.0.0 -p $PORT -e $RAILS_ENV'
  elif [[ -f $build/config.ru ]]; then
    if grep -qE '^ {4}puma ' "$build/Gemfile.lock" 2>/dev/null; then echo 'bundle exec puma -b tcp://0.0.0.0:$PORT'
    else echo 'bundle exec rackup config.ru --host 0.0.0.0 -p $PORT'; fi
  fi
}

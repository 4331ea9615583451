# Bundler: the app's gems.

# prepare_bundle BUILD_DIR VERSION: Gemfile, Gemfile.lock and .bundle/config as this Bundler and this droplet can use them.
prepare_bundle() {
  local build=$1 version=$2 locked present
  # Bundler reads `ruby file:` from 2.4 on.
  sed -i -E "s/^([[:space:]]*)ruby[[:space:](]+file:.*/\\1ruby \"$version\"/" "$build/Gemfile"
  if [[ ! -f $build/Gemfile.lock ]]; then
    note "There is no Gemfile.lock: each staging takes the newest gems that fit. Push it to keep what you tried."
  else
    if grep -qE '^(<<<<<<<|=======|>>>>>>>)' "$build/Gemfile.lock"; then
      fail "Gemfile.lock is broken: it has conflict marks of a git merge." "Delete it, run 'bundle install' where you develop, and push it again."
    fi
    # Bundler would fetch the version that wrote the file, older or newer, and run that one.
    locked=$(sed -n '/^BUNDLED WITH/{n;s/[[:space:]]//g;p}' "$build/Gemfile.lock")
    present=$(bundle --version | grep -oE '[0-9.]+' | head -n 1)
    if [[ -n $locked && $locked != "$present" ]]; then
      note "Gemfile.lock was written by Bundler $locked; Bundler $present reads it here"
      sed -i '/^BUNDLED WITH/,+1d' "$build/Gemfile.lock"
    fi
  fi
  if [[ -f $build/.bundle/config ]]; then
    note "Using .bundle/config; where gems go is the buildpack's"
    sed -i -E '/^BUNDLE_(PATH|PATH__SYSTEM|FROZEN|DEPLOYMENT|DISABLE_SHARED_GEMS|BIN|GEMFILE|CACHE_PATH|NO_INSTALL|CLEAN):/d' "$build/.bundle/config"
  fi
}

# use_headers DIR: what C extensions are built with, for as long as this shell runs. RbConfig calls the compiler by its long name.
use_headers() {
  local root=$1 tools=/tmp/ruby-tools program
  install_dependency ruby-headers "$(available_versions ruby-headers | tail -n 1)" "$root/ruby"
  mkdir -p "$tools"
  for program in gcc g++ gcc-ar gcc-nm gcc-ranlib ld strip; do
    if command -v "$program" >/dev/null; then ln -sf "$(command -v "$program")" "$tools/x86_64-linux-gnu-$program"; fi
  done
  export PATH=$PATH:$tools
}

remove_headers() { rm -rf "$1/ruby/usr/include" "$1/ruby/usr/lib/x86_64-linux-gnu/libruby-3.1.so" "$1/ruby/usr/lib/x86_64-linux-gnu/pkgconfig"; }

# install_gems BUILD_DIR CACHE_DIR VERSION: from what is there (vendor/cache, the cache, the runtime's own gems) when that
# is enough, else from the sources that Gemfile names. What was built stays in the cache for the next push.
install_gems() {
  local build=$1 cache=$2 version=$3 log=/tmp/bundle.log
  export BUNDLE_GEMFILE=$build/Gemfile BUNDLE_USER_HOME=/tmp/bundle BUNDLE_USER_CACHE=$cache/bundle
  export BUNDLE_DISABLE_SHARED_GEMS=false BUNDLE_SILENCE_ROOT_WARNING=true BUNDLE_IGNORE_MESSAGES=true
  if [[ -f $build/Gemfile.lock ]]; then export BUNDLE_FROZEN=true; fi
  mkdir -p "$GEM_HOME" "$BUNDLE_USER_HOME"
  # Extensions are built for one version of Ruby.
  if [[ -d $cache/gems && $(cat "$cache/ruby-version" 2>/dev/null) == "$version" ]]; then cp -a "$cache/gems/." "$GEM_HOME/"; fi
  note "Running bundle install with $(bundle --version)"
  cd "$build"
  if ! bundle install --local --quiet >"$log" 2>&1; then
    explain_bundle_failure "$log"
    bundle install --jobs 4 --retry 2 2>&1 | tee "$log" | indent || {
      explain_bundle_failure "$log" shown
      fail "bundle install failed: see its output above." "Gems come from the source in your Gemfile, or from vendor/cache (run 'bundle cache' before you push)."
    }
  fi
  bundle clean --force 2>&1 | indent
  rm -rf "$cache/gems" "$GEM_HOME/cache" "$GEM_HOME"/extensions/*/*/*/{gem_make.out,mkmf.log}
  cp -a "$GEM_HOME" "$cache/gems"
  echo "$version" >"$cache/ruby-version"
  note "Bundle complete: $(bundle list 2>/dev/null | grep -c '^  \*' || true) gems"
}

# explain_bundle_failure LOG [shown]: ends the staging when more network would not help.
explain_bundle_failure() {
  local log=$1 shown=${2:-}
  explain() {
    if [[ -z $shown ]]; then indent <"$log"; fi
    fail "$@"
  }
  if grep -qE 'There was an error parsing .?Gemfile|Gemfile. syntax error' "$log"; then
    explain "Gemfile cannot be read: see above." "Try 'bundle install' where you develop."
  elif grep -qE 'only supports platforms \[\]|Unable to (parse|read).*lock|lockfile (is corrupt|contains|is invalid)|Your lockfile|LockfileError' "$log"; then
    explain "Gemfile.lock is broken: see above." "Delete it, run 'bundle install' where you develop, and push it again."
  elif grep -qE 'Your bundle only supports platforms|does not support your current platform' "$log"; then
    explain "Gemfile.lock was made for another platform than this one, x86_64-linux." "Run 'bundle lock --add-platform x86_64-linux' where you develop, and push Gemfile.lock."
  elif grep -qiE 'deployment mode|frozen|is not in (your )?Gemfile.lock|gemfiles? changed' "$log"; then
    explain "Gemfile.lock does not fit Gemfile." "Run 'bundle install' where you develop, and push both files."
  elif grep -qE 'Your Ruby version is' "$log"; then
    explain "The Ruby version that Gemfile asks for is not the one in use: see above." "Ruby versions there are: $(available_versions ruby | paste -sd ' ' -)."
  elif grep -qE 'Failed to build gem native extension' "$log"; then
    explain "The C code of a gem does not build: see above." "Take a newer version of the gem, or one without C code, if a library it needs is not in the stack."
  elif [[ -n $shown ]] && grep -qE 'Bad username or password|Authentication is required' "$log"; then
    explain "A gem source does not accept the login." "Give it in the environment, for gems.example.com: cf set-env APP BUNDLE_GEMS__EXAMPLE__COM USER:PASSWORD"
  elif [[ -n $shown ]] && grep -qE 'Could not reach host|Network error|Could not fetch specs' "$log"; then
    explain "A gem source cannot be reached from here: see above." "Put the gems into vendor/cache before you push ('bundle cache'), or see why it cannot be reached."
  fi
}

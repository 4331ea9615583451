# The Ruby buildpack's own steps.

# ruby_request BUILD_DIR: "RANGE<tab>FILE", the version the app asks for and where; nothing when it does not care.
ruby_request() {
  local build=$1 line file range
  line=$(ruby_line "$build")
  if [[ $line =~ file:[[:space:]]*[\"\']([^\"\']+)[\"\'] ]]; then
    file=${BASH_REMATCH[1]}
    [[ -f $build/$file ]] || fail "Gemfile takes Ruby's version from '$file', which is not there." "Push that file, too, or write the version into Gemfile."
    range=$(version_in_file "$build/$file")
    [[ -n $range ]] || fail "Gemfile takes Ruby's version from '$file', which names none."
    printf '%s\t%s\n' "$range" "$file"
  elif [[ $line =~ (engine:|:engine[[:space:]]*=\>)[[:space:]]*[:\"\']?([a-z]+) && ${BASH_REMATCH[2]} != ruby ]]; then
    fail "Gemfile asks for the Ruby engine ${BASH_REMATCH[2]}; this buildpack has MRI only." "Use a buildpack that has it: cf push -b URL."
  elif [[ -n $line ]]; then
    # Options follow the versions: engine: "ruby", :patchlevel => "20".
    line=${line%%engine*}
    range=$(grep -oE "[\"'][^\"']+[\"']" <<<"${line%%:patchlevel*}" | tr -d "\"'" | grep -E '^[<>=~ ]*[0-9]' | paste -sd , -)
    if [[ -n $range ]]; then printf '%s\tGemfile\n' "$range"; fi
  else
    for file in .ruby-version .tool-versions; do
      range=$(version_in_file "$build/$file")
      if [[ -n $range ]]; then
        printf '%s\t%s\n' "$range" "$file"
        return
      fi
    done
  fi
}

# ruby_line BUILD_DIR: the Gemfile's `ruby ...`, without its comment.
ruby_line() {
  if [[ -f $1/Gemfile ]]; then sed -nE '/^[[:space:]]*ruby[[:space:](]/{s/[[:space:]]#.*//;p;q}' "$1/Gemfile"; fi
}

# version_in_file FILE: of a file like .ruby-version, or of .tool-versions.
version_in_file() {
  [[ -f $1 ]] || return 0
  if [[ $1 == *.tool-versions ]]; then sed -nE 's/^[[:space:]]*ruby[[:space:]]+([^[:space:]#]+).*/\1/p' "$1" | head -n 1
  else grep -vE '^[[:space:]]*(#|$)' "$1" | head -n 1 | tr -d '[:space:]' | sed -E 's/^ruby-//; s/-?p[0-9]+$//'; fi
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

# web_command BUILD_DIR: how Ruby web apps of each kind are started; empty when nothing fits.
web_command() {
  local build=$1 program
  if grep -qE '^ {4}railties ' "$build/Gemfile.lock" 2>/dev/null; then
    if [[ -f $build/bin/rails ]]; then program='ruby bin/rails'; else program=rails; fi
    echo "bundle exec $program server -b 0.0.0.0 -p \$PORT -e \$RAILS_ENV"
  elif [[ -f $build/config.ru ]]; then
    if grep -qE '^ {4}puma ' "$build/Gemfile.lock" 2>/dev/null; then echo 'bundle exec puma -b tcp://0.0.0.0:$PORT'
    else echo 'bundle exec rackup config.ru --host 0.0.0.0 -p $PORT'; fi
  elif grep -qE '^ {4}sinatra ' "$build/Gemfile.lock" 2>/dev/null; then
    for program in app.rb web.rb server.rb main.rb; do
      if grep -qE "^[[:space:]]*require[[:space:](]+[\"']sinatra[\"']" "$build/$program" 2>/dev/null; then
        echo "bundle exec ruby $program -o 0.0.0.0 -p \$PORT"
        return
      fi
    done
  fi
}

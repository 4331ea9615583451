# Unpacks what the Java buildpack carries, so that it runs from wherever it lies.

# embed_links ROOT: the distribution's packages link to /etc, which is not theirs here: each such link becomes a copy.
embed_links() {
  local link target
  while IFS= read -r -d '' link; do
    target=$(readlink "$link")
    rm "$link"
    if [[ -e $1$target ]]; then cp -a "$1$target" "$link"; fi
  done < <(find "$1" -type l -lname '/*' -print0)
}

# install_java NAME VERSION DIRECTORY: a JRE or JDK as DIRECTORY; libraries and fonts that came with it go to its lib/.
install_java() {
  local name=$1 version=$2 directory=$3 work java
  work=$(mktemp -d "${directory%/*}/.unpack-XXXXXX")
  install_dependency "$name" "$version" "$work"
  embed_links "$work"
  java=$(find "$work" -maxdepth 6 -path '*/bin/java' -not -type d | sed -n 1p)
  [[ -n $java ]] || fail "$name $version of this buildpack has no bin/java." "Package the buildpack again: ./tatara buildpack package java"
  rm -rf "$directory"
  mv "${java%/bin/java}" "$directory"
  if [[ -d $work/usr/lib/x86_64-linux-gnu ]]; then
    mkdir -p "$directory/lib/extra"
    find "$work/usr/lib/x86_64-linux-gnu" -maxdepth 1 -name '*.so.*' -exec mv -t "$directory/lib/extra" {} +
  fi
  if [[ -d $work/usr/share/fonts ]]; then
    mv "$work/usr/share/fonts" "$directory/lib/fonts"
    write_font_configuration "$directory/lib/fonts.conf"
  fi
  rm -rf "$work" "$directory"/{legal,man,docs}
}

# write_font_configuration FILE: the fonts' folder is relative to it.
write_font_configuration() {
  cat >"$1" <<'EOF'
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
EOF
}

# link_java ROOT: java and keytool on the app's path, the libraries where the app's library path leads.
link_java() {
  local root=$1 library
  mkdir -p "$root/bin" "$root/lib"
  ln -sf ../jre/bin/java ../jre/bin/keytool "$root/bin/"
  for library in "$root"/jre/lib/extra/*.so.*; do
    if [[ -e $library ]]; then ln -sf "../jre/lib/extra/${library##*/}" "$root/lib/"; fi
  done
}

# write_profile ROOT INDEX: what is known only when an instance starts.
write_profile() {
  mkdir -p "$1/profile.d" "$1/start"
  cp "$BUILDPACK_DIR"/start/* "$BUILDPACK_DIR/lib/settings.sh" "$1/start/"
  echo 0 >"$1/start/classes"
  cat >"$1/profile.d/java.sh" <<EOF
export JAVA_HOME="\$DEPS_DIR/$2/jre" MALLOC_ARENA_MAX="\${MALLOC_ARENA_MAX:-2}"
if [ -f "\$JAVA_HOME/lib/fonts.conf" ]; then export FONTCONFIG_FILE="\${FONTCONFIG_FILE:-\$JAVA_HOME/lib/fonts.conf}"; fi
export SERVER_PORT="\${SERVER_PORT:-\$PORT}"
JAVA_OPTS=\$(bash "\$DEPS_DIR/$2/start/java-options") || exit 1
export JAVA_OPTS
EOF
}

# count_classes PATH...: how many classes these files and folders hold. A JAR names each of its entries twice; JARs in JARs are
# stored, not packed.
count_classes() {
  local plain packed
  plain=$(find "$@" -name '*.class' | wc -l)
  packed=$(find "$@" \( -name '*.jar' -o -name '*.war' \) -type f -exec env LC_ALL=C grep -aohF .class {} + 2>/dev/null | wc -l)
  echo $((plain + packed / 2))
}

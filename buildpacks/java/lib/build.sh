# Source builds: the app's own wrapper when it brings one, else the Maven or Gradle of this buildpack.

# What build tools may keep between pushes; a larger cache is thrown away and filled again.
readonly CACHE_LIMIT_MB=1024

without_colours() { sed -u -E 's/\x1b\[[0-9;]*m//g'; }

# prepare_jdk BUILD_DIR TOOLS: a JDK of the app's version, for the build alone.
prepare_jdk() {
  local version
  version=$(resolve_version jdk "$(java_range "$1")" "$(java_version_source "$1")")
  install_java jdk "$version" "$2/jdk"
  note "Building with JDK $version"
  perl "$BUILDPACK_DIR/start/truststore" /etc/ssl/certs/ca-certificates.crt "$2/truststore.jks"
  export JAVA_HOME=$2/jdk PATH="$2/jdk/bin:$PATH"
  # Build tools start further JVMs; this variable reaches all of them.
  export JAVA_TOOL_OPTIONS="-Djavax.net.ssl.trustStore=$2/truststore.jks -Djavax.net.ssl.trustStorePassword=changeit"
}

# run_build WHAT ADVICE COMMAND...: shows what the tool says.
run_build() {
  local what=$1 advice=$2
  shift 2
  note "Running ${what}"
  "$@" 2>&1 | grep --line-buffered -v '^Picked up JAVA_TOOL_OPTIONS' | without_colours | indent ||
    fail "$what failed: see its output above." "$advice" \
      "If it asks for another Java ('release version N not supported'): this buildpack has $(available_versions jdk | paste -sd ' ' -); choose in system.properties (java.runtime.version=17)."
}

# build_heap: half of what staging may use; the tool's JVM is not alone.
build_heap() {
  local limit=${MEMORY_LIMIT:-1024m}
  echo "-Xmx$((${limit%[mM]} / 2))m"
}

# build_with_maven BUILD_DIR CACHE_DIR TOOLS
build_with_maven() {
  local build=$1 cache=$2 tools=$3 settings
  local -a command goals options
  find "$build" -maxdepth 4 -name pom.xml -printf '%h/target\0' | xargs -0 rm -rf
  export MAVEN_OPTS="${MAVEN_OPTS:-$(build_heap)}" MAVEN_USER_HOME=$cache/maven
  if [[ -f $build/mvnw ]]; then
    command=(sh ./mvnw)
  else
    install_dependency maven "$(resolve_version maven "" "the buildpack")" "$tools/maven"
    embed_links "$tools/maven"
    command=("$(find "$tools/maven" -path '*/bin/mvn' -type f | sed -n 1p)")
  fi
  settings=${MAVEN_SETTINGS_PATH:-settings.xml}
  options=(-B -DskipTests "-Dmaven.repo.local=$cache/m2")
  if [[ -f $build/$settings ]]; then options+=(-s "$settings"); fi
  read -ra goals <<<"${MAVEN_CUSTOM_OPTS:-} ${MAVEN_CUSTOM_GOALS:-package}"
  limit_cache "$CACHE_LIMIT_MB" "$cache/m2"
  cd "$build"
  run_build "${command[*]##*/} -B -DskipTests ${goals[*]}" \
    "Run 'mvn package' where you develop. Libraries come from Maven Central, from the repositories in pom.xml and settings.xml, or from a file: repository inside the app." \
    "${command[@]}" "${options[@]}" "${goals[@]}"
  find "$build" -maxdepth 5 -path '*/target/*' -type d \( -name test-classes -o -name surefire-reports -o -name 'maven-*' -o -name 'generated-*' \) -prune -exec rm -rf {} +
}

# gradle_command BUILD_DIR TOOLS: leaves it in `command`.
gradle_command() {
  if [[ -f $1/gradlew && -f $1/gradle/wrapper/gradle-wrapper.jar ]]; then
    command=(sh ./gradlew)
  elif [[ -n $(available_versions gradle) ]]; then
    install_dependency gradle "$(resolve_version gradle "" "the buildpack")" "$2/gradle"
    command=(sh "$(find "$2/gradle" -path '*/bin/gradle' -type f | sed -n 1p)")
  else
    fail "This Gradle project has no wrapper (gradlew and gradle/wrapper/gradle-wrapper.jar)." \
      "Run 'gradle wrapper' where you develop and push what it makes: the wrapper names the Gradle that builds the app." \
      "If the files are there, look whether .gitignore or .cfignore leaves *.jar out. Or push the JAR or WAR that you built."
  fi
}

# build_with_gradle BUILD_DIR CACHE_DIR TOOLS
build_with_gradle() {
  local build=$1 cache=$2
  local -a command tasks
  gradle_command "$build" "$3"
  find "$build" -maxdepth 4 -path '*/build/libs' -type d -prune -exec rm -rf {} +
  export GRADLE_USER_HOME=$cache/gradle GRADLE_OPTS="${GRADLE_OPTS:-} -Dorg.gradle.daemon=false -Dorg.gradle.jvmargs=$(build_heap)"
  read -ra tasks <<<"${GRADLE_TASK:-assemble}"
  limit_cache "$CACHE_LIMIT_MB" "$GRADLE_USER_HOME"
  cd "$build"
  run_build "gradle ${tasks[*]}" \
    "Run './gradlew ${tasks[*]}' where you develop. Gradle comes from the address in gradle/wrapper/gradle-wrapper.properties, libraries from the repositories in build.gradle." \
    "${command[@]}" --console=plain "${tasks[@]}"
  rm -rf "$build/.gradle" "$GRADLE_USER_HOME/daemon"
}

# build_from_source BUILD_DIR CACHE_DIR KIND
build_from_source() {
  local tools
  tools=$(mktemp -d)
  step "Building the app"
  prepare_jdk "$1" "$tools"
  "build_with_$3" "$1" "$2" "$tools"
  rm -rf "$tools"
  unset JAVA_TOOL_OPTIONS
}

# What the Java buildpack reads from an app: its kind, the Java it asks for, and how it starts.

# java_version_property BUILD_DIR: Heroku's way to ask for a Java.
java_version_property() {
  if [[ -f $1/system.properties ]]; then
    sed -nE 's/\r$//; s/^[[:space:]]*java\.runtime\.version[[:space:]]*[=:][[:space:]]*([^[:space:]]+).*/\1/p' "$1/system.properties" | sed -n 1p
  fi
}

java_version_source() {
  if [[ -n $(setting JBP_CONFIG_OPEN_JDK_JRE version) ]]; then echo JBP_CONFIG_OPEN_JDK_JRE
  elif [[ -n $(java_version_property "$1") ]]; then echo system.properties
  else echo "the newest there is"; fi
}

# java_range BUILD_DIR: the Java the app asks for, as a range. 17.+ and 17.0.+ are Cloud Foundry's ranges; 1.8 is 8.
java_range() {
  local range
  range=$(setting JBP_CONFIG_OPEN_JDK_JRE version)
  [[ -n $range ]] || range=$(java_version_property "$1")
  range=${range%+}
  range=${range%[._]}
  if [[ $range =~ ^1\.([5-8])([._].*)?$ ]]; then range=${BASH_REMATCH[1]}; fi
  echo "$range"
}

# manifest_value KEY: an attribute of the JAR manifest on standard input, whose long lines are folded after 72 bytes.
manifest_value() {
  tr -d '\r\0' | sed -e ':a' -e 'N' -e '$!ba' -e 's/\n //g' | sed -nE "s/^$1:[[:space:]]*(.*[^[:space:]])[[:space:]]*$/\1/p" | sed -n 1p
}

# archive_value FILE KEY: an attribute of a JAR file's manifest.
archive_value() { { unzip -p "$1" META-INF/MANIFEST.MF 2>/dev/null || true; } | manifest_value "$2"; }

# directory_value DIRECTORY KEY: an attribute of an unpacked archive's manifest.
directory_value() { if [[ -f $1/META-INF/MANIFEST.MF ]]; then manifest_value "$2" <"$1/META-INF/MANIFEST.MF"; fi; }

# artifacts DIRECTORY...: the WARs and runnable JARs in these directories; not those that build tools lay beside them.
artifacts() {
  local directory file
  for directory in "$@"; do
    for file in "$directory"/*.war "$directory"/*.jar; do
      case $file in
        *-sources.jar | *-javadoc.jar | *-tests.jar | *-test.jar | *-plain.jar | *-plain.war | */original-*.jar | */gradle-wrapper.jar | *.exec.jar) continue ;;
      esac
      [[ -f $file ]] || continue
      if [[ $file == *.war || -n $(archive_value "$file" Main-Class) ]]; then echo "$file"; fi
    done
  done
}

# output_directories BUILD_DIR: where Maven and Gradle leave what they make, modules included.
output_directories() {
  find "$1" -maxdepth 4 -type d \( -name target -o -path '*/build/libs' \) -not -path '*/src/*' -not -path '*/node_modules/*' | sort
}

# is_webapp DIRECTORY: an unpacked WAR that needs a servlet container; one with a Main-Class brings its own.
is_webapp() { [[ -d $1/WEB-INF && -z $(directory_value "$1" Main-Class) ]]; }

# webapp BUILD_DIR: the folder of an unpacked WAR: the app itself, or what a build or the app's folder had.
webapp() {
  local directory
  if is_webapp "$1"; then echo "$1"; return; fi
  while read -r directory; do
    if is_webapp "${directory%/WEB-INF}"; then echo "${directory%/WEB-INF}"; return; fi
  done < <(for directory in "$1" $(output_directories "$1"); do find "$directory" -mindepth 2 -maxdepth 2 -type d -name WEB-INF; done)
}

# unpack_war BUILD_DIR: the WAR beside the app's files, or that a build made.
unpack_war() {
  local war
  local -a wars=()
  while read -r war; do
    if [[ -z $(archive_value "$war" Main-Class) ]]; then wars+=("$war"); fi
  done < <(artifacts "$1" $(output_directories "$1") | grep '\.war$')
  ((${#wars[@]} <= 1)) || fail "There are several WARs: $(printf '%s ' "${wars[@]#"$1"/}")" "Push one: cf push APP -p ${wars[0]#"$1"/}"
  if ((${#wars[@]} == 1)); then
    war=${wars[0]}
    rm -rf "${war%.war}"
    unzip -q "$war" -d "${war%.war}" || fail "${war#"$1"/} is damaged: it cannot be unpacked."
    rm "$war"
  fi
}

# app_kind BUILD_DIR: war and jar are unpacked archives, archive is a directory with one in it; empty when it is no Java app.
app_kind() {
  if is_webapp "$1"; then echo war
  elif [[ -f $1/META-INF/MANIFEST.MF ]]; then echo jar
  elif [[ -f $1/pom.xml ]]; then echo maven
  elif [[ -f $1/build.gradle || -f $1/build.gradle.kts || -f $1/settings.gradle || -f $1/settings.gradle.kts ]]; then echo gradle
  elif [[ -n $(artifacts "$1") ]]; then echo archive
  fi
}

# class_path BUILD_DIR: of an unpacked JAR; its manifest may name further ones beside it.
class_path() {
  local entry path='$HOME'
  for entry in $(directory_value "$1" Class-Path); do
    if [[ $entry =~ ^[A-Za-z0-9._/+-]+$ && $entry != *..* && -e $1/$entry ]]; then path+=":\$HOME/$entry"; fi
  done
  echo "$path"
}

# main_class BUILD_DIR: JBP_CONFIG_JAVA_MAIN wins over the manifest. A name that is no class name is none.
main_class() {
  local name
  name=$(setting JBP_CONFIG_JAVA_MAIN java_main_class)
  [[ -n $name ]] || name=$(directory_value "$1" Main-Class)
  if [[ $name =~ ^[A-Za-z_$][A-Za-z0-9_$]*([.][A-Za-z_$][A-Za-z0-9_$]*)*$ ]]; then echo "$name"; fi
}

# start_command BUILD_DIR: empty when there is none. JAVA_OPTS may quote, hence eval.
start_command() {
  local build=$1 arguments artifact main webapp
  arguments=$(setting JBP_CONFIG_JAVA_MAIN arguments)
  webapp=$(webapp "$build")
  if [[ -n $webapp ]]; then
    if [[ $webapp == "$build" ]]; then echo 'tomcat "$HOME"'; else echo "tomcat \"\$HOME/${webapp#"$build"/}\""; fi
  elif [[ $(app_kind "$build") == jar ]]; then
    main=$(main_class "$build")
    if [[ $main == *\$* ]]; then main="'${main//\$/\\\$}'"; fi
    if [[ -n $main ]]; then echo "eval \"exec java \$JAVA_OPTS -cp $(class_path "$build") $main${arguments:+ $arguments}\""; fi
  else
    artifact=$(artifacts "$build" $(output_directories "$build") | sed -n 1p)
    if [[ -n $artifact ]]; then echo "eval \"exec java \$JAVA_OPTS -jar '\$HOME/${artifact#"$build"/}'${arguments:+ $arguments}\""; fi
  fi
}

# check_startable BUILD_DIR: an app whose start is unknown is refused, with what to mend.
check_startable() {
  local build=$1 found
  if has_procfile_web "$build"; then return; fi
  if [[ -n $(webapp "$build") ]]; then return; fi
  case $(app_kind "$build") in
    jar)
      [[ -n $(main_class "$build") ]] || fail "META-INF/MANIFEST.MF has no Main-Class: which class starts this JAR is not known." \
        "Let your build write one (Maven: spring-boot-maven-plugin, or maven-jar-plugin's <mainClass>; Gradle: jar { manifest { attributes 'Main-Class': 'com.example.App' } })," \
        "or name it: cf set-env APP JBP_CONFIG_JAVA_MAIN '{ java_main_class: com.example.App }'," \
        "or write the start command into a Procfile: web: java \$JAVA_OPTS -cp . com.example.App"
      ;;
    maven | gradle | archive)
      mapfile -t found < <(artifacts "$build" $(output_directories "$build"))
      if ((${#found[@]} > 1)); then
        fail "There are several apps to start: $(printf '%s ' "${found[@]#"$build"/}")" \
          "Say which in a Procfile: web: java \$JAVA_OPTS -jar ${found[0]#"$build"/}"
      fi
      ((${#found[@]} == 1)) || fail "The build made no WAR and no JAR with a Main-Class in its manifest." \
        "Let it write one (Maven: spring-boot-maven-plugin, or maven-jar-plugin's <mainClass>; Gradle: jar { manifest { attributes 'Main-Class': 'com.example.App' } })," \
        "or write the start command into a Procfile: web: java \$JAVA_OPTS -cp target/classes com.example.App"
      ;;
    '') fail "This is no Java app: there is no JAR with a Main-Class, no META-INF/MANIFEST.MF, no WEB-INF, no pom.xml and no build.gradle." \
      "Push the JAR or WAR itself (cf push APP -p target/app.jar), or the folder with pom.xml or build.gradle." ;;
  esac
}

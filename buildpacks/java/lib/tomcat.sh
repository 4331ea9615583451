# Tomcat, which serves a WAR at the root of the app's routes.

# tomcat_version: the newest, or what JBP_CONFIG_TOMCAT asks for, e.g. '{ tomcat: { version: 10.1.+ } }'.
tomcat_version() {
  local range
  range=$(setting JBP_CONFIG_TOMCAT version)
  range=${range%+}
  resolve_version tomcat "${range%.}" "JBP_CONFIG_TOMCAT"
}

# install_tomcat ROOT: its libraries and our configuration; no sample apps, no scripts.
install_tomcat() {
  local root=$1 version work home file
  version=$(tomcat_version)
  work=$(mktemp -d "$root/.unpack-XXXXXX")
  install_dependency tomcat "$version" "$work"
  home=$(find "$work" -path '*/bin/bootstrap.jar' | sed -n 1p)
  home=${home%/bin/bootstrap.jar}
  mkdir -p "$root/tomcat/bin" "$root/tomcat/lib" "$root/tomcat/conf"
  cp -L "$home"/bin/{bootstrap,tomcat-juli}.jar "$root/tomcat/bin/"
  cp -L "$home"/lib/*.jar "$root/tomcat/lib/"
  if [[ -f $work/usr/share/java/eclipse-jdt-core.jar ]]; then cp -L "$work/usr/share/java/eclipse-jdt-core.jar" "$root/tomcat/lib/"; fi
  for file in "$home/conf/web.xml" "$home/etc/web.xml"; do
    if [[ -f $file ]]; then cp "$file" "$root/tomcat/conf/web.xml"; fi
  done
  cp "$BUILDPACK_DIR"/tomcat/{server,context}.xml "$BUILDPACK_DIR/tomcat/logging.properties" "$root/tomcat/conf/"
  mkdir -p "$root/bin"
  cp "$BUILDPACK_DIR/tomcat/tomcat" "$root/bin/tomcat"
  chmod +x "$root/bin/tomcat"
  rm -rf "$work"
  note "Using Tomcat $version"
}

# uses_java_ee WEBAPP: whether it was written for javax.servlet, which Tomcat 9 was the last to have.
uses_java_ee() {
  grep -qE 'java\.sun\.com/xml/ns/j|xmlns\.jcp\.org/xml/ns/javaee|java\.sun\.com/dtd/web-app' "$1/WEB-INF/web.xml" 2>/dev/null ||
    grep -rqaE 'javax/servlet/' "$1/WEB-INF/classes" --include='*.class' 2>/dev/null ||
    compgen -G "$1/WEB-INF/lib/spring-web-[1-5].*.jar" >/dev/null
}

# migrate_java_ee WEBAPP ROOT: rewrites javax.servlet and its kin to jakarta.servlet, as Tomcat's own tool does it.
migrate_java_ee() {
  local webapp=$1 root=$2 work
  note "This WAR is of Java EE (javax.servlet); Tomcat 10 has Jakarta EE (jakarta.servlet): migrating it"
  work=$(mktemp -d "$root/.migrate-XXXXXX")
  install_dependency jakartaee-migration "$(resolve_version jakartaee-migration "" "the buildpack")" "$work"
  mkdir "$work/webapp"
  "$root/jre/bin/java" -cp "$(find "$work" -name '*.jar' -type f -printf '%p:')" org.apache.tomcat.jakartaee.MigrationCLI \
    -logLevel=WARNING "$webapp/WEB-INF" "$work/webapp/WEB-INF" 2>&1 | indent ||
    fail "The WAR could not be migrated to jakarta.servlet: see the output above." "Build it for Jakarta EE 9 or newer, or without JARs that are damaged."
  rm -rf "$webapp/WEB-INF"
  mv "$work/webapp/WEB-INF" "$webapp/WEB-INF"
  rm -rf "$work"
}

# has_jakarta ROOT: whether its Tomcat is one of Jakarta EE.
has_jakarta() { [[ $(unzip -l "$1/tomcat/lib/servlet-api.jar") == *" jakarta/servlet/"* ]]; }

# prepare_webapp WEBAPP ROOT
prepare_webapp() {
  install_tomcat "$2"
  if has_jakarta "$2" && uses_java_ee "$1"; then migrate_java_ee "$1" "$2"; fi
}

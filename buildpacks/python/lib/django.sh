# Django's static files. Called in the app's folder.

# collect_static_files: as `manage.py collectstatic` does it, unless DISABLE_COLLECTSTATIC is set.
collect_static_files() {
  local log
  [[ -f manage.py ]] && python3 -c 'import django' 2>/dev/null || return 0
  if [[ ${DISABLE_COLLECTSTATIC:-0} != 0 ]]; then
    note "DISABLE_COLLECTSTATIC is set: static files are left as they are"
    return
  fi
  step "Collecting static files"
  log=$(mktemp)
  if python3 manage.py collectstatic --noinput --traceback 2>&1 | tee "$log" | indent; then return; fi
  if grep -q "Unknown command: 'collectstatic'" "$log"; then
    note "django.contrib.staticfiles is not among the INSTALLED_APPS: nothing to collect"
    return
  fi
  fail "manage.py collectstatic failed: see its output above." \
    "It must run without the database and other services, and needs STATIC_ROOT in the settings." \
    "cf set-env APP DISABLE_COLLECTSTATIC 1 leaves it out."
}

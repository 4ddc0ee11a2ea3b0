#!/bin/sh
# Starts certd in a container. Amazon ECS and others hand secrets over as environment variables. certd reads the key of an
# external account binding from a file, and neither it nor what it starts has the variable.
set -eu
install -d -m 0755 /run/certd
if [ -n "${CERTD_EAB_HMAC:-}" ]; then
  (umask 077 && printf '%s\n' "$CERTD_EAB_HMAC" >/run/certd/eab.hmac)
fi
unset CERTD_EAB_HMAC
exec certd "$@"

#!/bin/sh
# deb and rpm: puts `slipway` on the path and lets the desktop know of the app. Never fails an installation.
ln -sf '/opt/Slipway/resources/bin/slipway' /usr/bin/slipway || true
ln -sf '/opt/Slipway/slipway-desktop' /usr/bin/slipway-desktop || true
# Chromium's sandbox where user namespaces are switched off.
chmod 4755 '/opt/Slipway/chrome-sandbox' 2>/dev/null || true
update-desktop-database /usr/share/applications 2>/dev/null || true
update-mime-database /usr/share/mime 2>/dev/null || true
exit 0
